// Watching on MariaDB.
namespace KvStore.Storage.Tests.Databases;

public sealed class MariaDbWatchTests() : DatabaseWatchTests<MariaDbServer>(MariaDbServer.WhySkipped)
{
    // A session may have gone by itself meanwhile (1094).
    protected override void EndSessions(string database) => Server.Query(
        "mysql",
        $"""
        DELIMITER //
        BEGIN NOT ATOMIC
            DECLARE CONTINUE HANDLER FOR 1094 BEGIN END;
            FOR session IN (SELECT id FROM information_schema.processlist WHERE db = '{database}') DO KILL session.id; END FOR;
        END //
        """);
}
