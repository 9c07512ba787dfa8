// Bits that flip, files that are cut short, noise: thousands of damages by chance, each judged by all that can be read.
using System.Text;
using KvStore.Storage.Sqlite;

namespace KvStore.Fault.Tests;

public sealed class DamagedFileTests : SqliteTest
{
    private const int Items = 300;

    private static readonly string[] Stores = [Store, "other"];

    [Fact]
    public void Any_flipped_bit_in_keys_values_or_pages_is_found_out_or_harmless()
    {
        DamageJudge judge = MakeJudge();
        byte[] whole = File.ReadAllBytes(Database);
        int[] keys = Find(whole, KeyOf);
        int[] values = Find(whole, ValueOf);
        Random random = FaultRun.NewRandom();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int round = 0; round < FaultRun.Times(1000, 100_000); round++)
        {
            (string place, int position) = (round % 3) switch
            {
                0 => ("a key", keys[random.Next(keys.Length)]),
                1 => ("a value", values[random.Next(values.Length)]),
                _ => ("a page", random.Next(whole.Length)),
            };
            byte[] damaged = [.. whole];
            damaged[position] ^= (byte)(1 << random.Next(8));
            DamageVerdict verdict = JudgeCopy(judge, damaged, $"Round {round}, a bit of {place} at {position} (page {position / 4096}, offset {position % 4096})", isWritten: round % 5 == 0);
            counts[$"{place}: {verdict}"] = counts.GetValueOrDefault($"{place}: {verdict}") + 1;
        }

        FaultRun.Tell(string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}")));

        // A page that was split keeps what it held in its unused part, where nobody misses a bit; but most are in use.
        Assert.All(new[] { "a key", "a value", "a page" }, place => Assert.True(counts[$"{place}: {DamageVerdict.Reported}"] > counts.GetValueOrDefault($"{place}: {DamageVerdict.Harmless}")));
    }

    [Fact]
    public void A_reader_that_ignores_checksums_is_found_out()
    {
        MakeJudge();
        DamageJudge judge = new(Database, PassesCheck, new DamageReading("SQL", file => QueryTexts("SELECT store || key || value FROM kv ORDER BY store, key", file)));
        byte[] whole = File.ReadAllBytes(Database);
        int[] values = Find(whole, ValueOf);
        Random random = FaultRun.NewRandom();
        string copy = Path.Combine(Folder, "copy.db");
        whole[values[random.Next(values.Length)]] ^= 0x01;
        File.WriteAllBytes(copy, whole);
        Assert.True(PassesCheck(copy));
        Assert.Equal(DamageVerdict.Silent, judge.Judge(copy, out string? wrong));
        Assert.StartsWith("SQL gave", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_short_anywhere_is_found_out()
    {
        DamageJudge judge = MakeJudge();
        byte[] whole = File.ReadAllBytes(Database);
        Random random = FaultRun.NewRandom();
        for (int round = 0; round < FaultRun.Times(60, 5000); round++)
        {
            int size = round % 2 == 0 ? random.Next(1, whole.Length) : random.Next(1, whole.Length / 4096) * 4096;
            DamageVerdict verdict = JudgeCopy(judge, whole[..size], $"Round {round}, cut to {size} of {whole.Length} bytes");
            Assert.NotEqual(DamageVerdict.Harmless, verdict);
        }
    }

    [Fact]
    public void Noise_in_place_of_a_file_or_of_a_part_of_it_is_found_out()
    {
        DamageJudge judge = MakeJudge();
        byte[] whole = File.ReadAllBytes(Database);
        Random random = FaultRun.NewRandom();
        for (int round = 0; round < FaultRun.Times(60, 5000); round++)
        {
            // All of the file, all behind its header, a stretch of it.
            (int from, int to) = (round % 3) switch
            {
                0 => (0, whole.Length),
                1 => (100, whole.Length),
                _ => (random.Next(whole.Length / 4096) * 4096, whole.Length),
            };
            to = round % 3 == 2 ? Math.Min(to, from + random.Next(1, 3 * 4096)) : to;
            byte[] damaged = [.. whole];
            random.NextBytes(damaged.AsSpan(from, to - from));
            DamageVerdict verdict = JudgeCopy(judge, damaged, $"Round {round}, noise from {from} to {to}");
            Assert.True(verdict != DamageVerdict.Harmless || round % 3 == 2, $"Round {round}: noise is harmless.");
        }
    }

    [Fact]
    public void Noise_in_the_files_beside_a_database_changes_nothing()
    {
        DamageJudge judge = MakeJudge();
        byte[] whole = File.ReadAllBytes(Database);
        Random random = FaultRun.NewRandom();
        foreach (string suffix in new[] { "-wal", "-shm", "-lock", "-turn", "-journal" })
        {
            for (int round = 0; round < FaultRun.Times(10, 500); round++)
            {
                var noise = new byte[random.Next(1, 100_000)];
                random.NextBytes(noise);
                Assert.Equal(DamageVerdict.Harmless, JudgeCopy(judge, whole, $"Round {round}, {noise.Length} bytes of noise in {suffix}", beside: (suffix, noise)));
            }
        }
    }

    [Fact]
    public void A_flipped_bit_in_the_log_leaves_whole_batches_up_to_some_moment_or_is_an_error()
    {
        const int Batches = 20;
        KvStorage writer = Open();
        for (int number = 1; number <= Batches; number++)
        {
            var batch = new KvBatch();
            for (int i = 0; i < 20; i++)
            {
                batch.Set($"{i:D2}", $"{number} {new string('x', 300)}");
            }

            writer.Commit(Store, batch, Token);
        }

        byte[] whole = File.ReadAllBytes(Database);
        byte[] log = File.ReadAllBytes(Database + "-wal");
        Random random = FaultRun.NewRandom();
        var left = new SortedDictionary<int, int>();
        int reported = 0;
        for (int round = 0; round < FaultRun.Times(200, 20_000); round++)
        {
            byte[] damaged = [.. log];
            damaged[random.Next(log.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                using KvStorage storage = Copy(whole, ("-wal", damaged));
                KvItem[] items = [.. storage.Scan(Store, KvRange.All, Token)];
                string number = items.Length == 0 ? "0" : Assert.Single(items.Select(item => item.Value.Split(' ')[0]).Distinct());
                Assert.Contains(items.Length, new[] { 0, 20 });
                int there = int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
                left[there] = left.GetValueOrDefault(there) + 1;
            }
            catch (KvException e) when (DamageJudge.IsOfDamage(e))
            {
                reported++;
            }
        }

        FaultRun.Tell($"{reported} reported; of {Batches} batches were left: {string.Join(", ", left.Select(count => $"{count.Key} in {count.Value} rounds"))}.");
    }

    private static string KeyOf(int i) => $"hosts/host-{i / 10:D3}/key-{i:D4}";

    // Some are longer than a page.
    private static string ValueOf(int i) => $"value-of-{i:D4} {new string((char)('a' + (i % 26)), i % 37 == 0 ? 3900 : i % 91)}";

    /// <summary>Makes the database, and the judge of its copies.</summary>
    private DamageJudge MakeJudge()
    {
        KvStorage storage = Open();
        foreach (string store in Stores)
        {
            for (int from = 0; from < Items; from += 50)
            {
                var batch = new KvBatch().AddNamespace($"kept/{from}");
                for (int i = from; i < from + 50; i++)
                {
                    batch.Set(KeyOf(i), ValueOf(i), i % 29 == 0 ? new DateTimeOffset(2099, 1, 31, 12, 0, 0, TimeSpan.Zero) : null);
                }

                storage.Commit(store, batch, Token);
            }
        }

        Close();
        return new DamageJudge(
            Database,
            IsSoundByCheck,
            new DamageReading("a scan", file => Read(file, (storage, store) => storage.Scan(store, KvRange.All, Token).Select(Describe))),
            new DamageReading("a scan of keys", file => Read(file, (storage, store) => storage.Scan(store, new KvRange { KeysOnly = true }, Token).Select(item => item.FullKey))),
            new DamageReading("a get", file => Read(file, (storage, store) => Enumerable.Range(0, Items).Select(i => storage.Get(store, KeyOf(i), Token)).OfType<KvItem>().Select(Describe))),
            new DamageReading("a listing", file => Read(file, (storage, store) => storage.GetChildren(store, "hosts", Token).Select(node => $"{node.Name} {node.IsNamespace}"))),
            new DamageReading("a listing of namespaces", file => Read(file, (storage, store) => storage.GetKeptNamespaces(store, "", Token))),
            new DamageReading("a list of stores", file => Read(file, storage => storage.GetStores(Token).Select(info => $"{info}"))));
    }

    private static IEnumerable<string> Read(string file, Func<KvStorage, string, IEnumerable<string>> read) =>
        Read(file, storage => Stores.SelectMany(store => read(storage, store).Select(line => $"{store}: {line}")));

    private static IEnumerable<string> Read(string file, Func<KvStorage, IEnumerable<string>> read)
    {
        using KvStorage storage = CheckedStorage.Wrap(new SqliteStorage(file));
        foreach (string line in read(storage))
        {
            yield return line;
        }
    }

    // The check that users have, not only SQLite's own.
    private static bool IsSoundByCheck(string file)
    {
        using KvStorage storage = CheckedStorage.Wrap(new SqliteStorage(file));
        try
        {
            return !storage.Check(store: null, Token).Any();
        }
        catch (KvException e) when (DamageJudge.IsOfDamage(e))
        {
            return false;
        }
    }

    private static string Describe(KvItem item) => $"{item} {item.Version} {item.CreateRevision} {item.ModRevision} {item.Created:O} {item.Modified:O} {item.Expires:O}";

    /// <summary>Judges a damaged copy, and may write to it: what is acknowledged must be there, and nothing else may have changed.</summary>
    private DamageVerdict JudgeCopy(DamageJudge judge, byte[] contents, string what, bool isWritten = true, (string Suffix, byte[] Contents)? beside = null)
    {
        using KvStorage storage = Copy(contents, beside);
        string copy = Path.Combine(Folder, "copy.db");
        DamageVerdict verdict = judge.Judge(copy, out string? wrong);
        Assert.True(verdict != DamageVerdict.Silent, $"{what}: {wrong ?? "something is missing"}, and nobody says so.");
        if (!isWritten)
        {
            return verdict;
        }

        try
        {
            storage.Commit("written", new KvBatch().Set("after", what), Token);
            Assert.Equal(what, storage.Get("written", "after", Token)?.Value);
            Assert.Equal(1, storage.GetStore("written", Token)?.ItemCount);
            storage.RemoveStore("written", Token);
        }
        catch (KvException e) when (DamageJudge.IsOfDamage(e))
        {
            return verdict;
        }

        DamageVerdict later = judge.Judge(copy, out wrong);
        Assert.True(later == verdict || (later == DamageVerdict.Reported && verdict == DamageVerdict.FoundByCheck), $"{what}: {verdict} before a write, {later} after it. {wrong}");
        return verdict;
    }

    /// <summary>A copy of the database with other contents, and with what lies beside it.</summary>
    private KvStorage Copy(byte[] contents, (string Suffix, byte[] Contents)? beside)
    {
        string copy = Path.Combine(Folder, "copy.db");
        foreach (string suffix in new[] { "", "-wal", "-shm", "-lock", "-turn", "-journal" })
        {
            File.Delete(copy + suffix);
        }

        File.WriteAllBytes(copy, contents);
        if (beside is { } other)
        {
            File.WriteAllBytes(copy + other.Suffix, other.Contents);
        }

        return CheckedStorage.Wrap(new SqliteStorage(copy));
    }

    /// <summary>The positions of all bytes of what the items are made of.</summary>
    private static int[] Find(byte[] contents, Func<int, string> part) =>
        [.. Enumerable.Range(0, Items).Select(i => Encoding.UTF8.GetBytes(part(i))).SelectMany(bytes => Enumerable.Range(Math.Max(contents.AsSpan().IndexOf(bytes), 0), bytes.Length)).Where(position => position > 4096)];
}
