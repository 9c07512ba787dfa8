// Users who share a database by its file mode share the files beside it too.
using Xunit;

namespace KvStore.Storage.Tests;

public sealed class SqliteSharingTests : SqliteTest
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Shared = Private | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_may_use_a_database_may_use_the_files_beside_it(bool isMadeAnew)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists, which a new file inherits from its folder.");
        Make();
        string[] files = [Database + "-lock", Database + "-turn"];
        Assert.All(files, file => Assert.Equal(Private, ModeOf(file)));
        if (isMadeAnew)
        {
            Array.ForEach(files, File.Delete);
        }

        SetMode(Database, Shared);
        Set(Open(), "key", "value");
        Assert.All(files, file => Assert.Equal(Shared, ModeOf(file)));
    }

    [Fact]
    public void Another_user_writes_to_a_database_that_was_shared_later()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "File modes are tested on Linux.");
        Make();
        SetMode(Folder, Shared | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
        SetMode(Database, Shared);
        Set(Open(), "mine", "value");
        Close();

        // He is of the same group.
        OtherUser.Run(() =>
        {
            Set(Open(), "theirs", "value");
            Close();
        });
        Assert.Equal(["key0000", "key0001", "key0002", "mine", "theirs"], Keys(Open()));
    }

    [Fact]
    public void A_link_to_a_file_that_holds_something_changes_nobodys_rights_on_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        Make();
        string secret = Path.Combine(Folder, "secret");
        File.WriteAllText(secret, "secret");
        SetMode(secret, Private);
        File.Delete(Database + "-lock");
        File.CreateSymbolicLink(Database + "-lock", secret);
        SetMode(Database, Shared);
        Set(Open(), "key", "value");
        Assert.Equal(Private, ModeOf(secret));
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
