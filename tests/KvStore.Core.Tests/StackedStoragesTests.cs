// Storages stack: a member of the contract that one layer forgets would silently be the default of the base class there.
using System.Reflection;

namespace KvStore.Core.Tests;

public sealed class StackedStoragesTests
{
    [Fact]
    public void Every_member_of_the_contract_is_handed_on() => Assert.Equal(Members(typeof(KvStorage)), Members(typeof(DelegatingStorage)));

    [Fact]
    public void Every_call_is_checked() => Assert.Equal(Calls(typeof(KvStorage)), Calls(typeof(CheckedStorage)));

    [Fact]
    public void Every_call_is_told() => Assert.Equal(Calls(typeof(KvStorage)), Calls(typeof(KvStorage).Assembly.GetType("KvStore.ToldStorage", throwOnError: true)!));

    [Fact]
    public void A_listener_hears_of_watching_of_the_past_and_of_checks()
    {
        using KvStorage storage = CheckedStorage.Wrap(new MemoryStorage());
        storage.Commit("s", new KvBatch().Set("a", "secret"), default);
        using var listener = new Listener();
        storage.SetHistoryPeriod("s", TimeSpan.FromHours(1), default);
        _ = storage.ScanAt("s", KvRange.All, 1, default).Count();
        _ = storage.GetHistory("s", "a", default).Count();
        _ = storage.Watch("s", "n", fromRevision: 2, default);
        storage.Compress("s", keep: null, default);
        _ = storage.Check("s", default).Count();
        Assert.Equal(
            [
                "Set the history period of store s in memory.", "Scan s:/* at revision 1 of memory.", "Read the history of s:/a in memory.",
                "Watch s:/n from revision 2 on of memory.", "Compress store s in memory.", "Check store s of memory.",
            ],
            listener.Calls);
    }

    [Fact]
    public void A_listener_hears_of_the_end_of_a_call_that_failed()
    {
        using KvStorage storage = CheckedStorage.Wrap(new FailingStorage());
        using var listener = new Listener();
        Assert.Throws<TimeoutException>(() => storage.Commit("s", new KvBatch().Set("a", "1"), default));
        Assert.Throws<TimeoutException>(() => storage.RemoveStore("s", default));
        Assert.Throws<TimeoutException>(() => storage.Scan("s", KvRange.All, default).Count());
        Assert.Equal(["Commit 1 set to store s", "Remove store s", "Scan s:/*"], listener.Endings);
        Assert.All(listener.Times, time => Assert.True(time >= FailingStorage.Time, $"{time}"));
    }

    [Fact]
    public void Within_a_transaction_each_listener_hears_of_what_is_read_while_it_listens()
    {
        using KvStorage storage = CheckedStorage.Wrap(new MemoryStorage());
        storage.Commit("s", new KvBatch().Set("a", "1").Set("b", "1"), default);
        string[] first = [];
        string[] second = [];
        KvTransaction.Run(() =>
        {
            using (var listener = new Listener())
            {
                _ = storage.Get("s", "a", default);
                first = [.. listener.Calls];
            }

            using (var listener = new Listener())
            {
                _ = storage.Get("s", "b", default);
                second = [.. listener.Calls];
            }
        });
        Assert.Contains("Get s:/a from memory.", first);
        Assert.Contains("Get s:/b from memory.", second);
        Assert.DoesNotContain("Get s:/b from memory.", first);
    }

    private static string[] Calls(Type type) =>
        Names(type, method => method.GetBaseDefinition().DeclaringType == typeof(KvStorage) && method.GetParameters().Any(parameter => parameter.ParameterType == typeof(CancellationToken)));

    private static string[] Members(Type type) => Names(type, method => method.GetBaseDefinition().DeclaringType == typeof(KvStorage));

    private static string[] Names(Type type, Func<MethodInfo, bool> isWanted) =>
        type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
            .Where(method => method.IsVirtual && !method.IsFinal && isWanted(method))
            .Select(method => method.Name)
            .Order(StringComparer.Ordinal)
            .ToArray();

    private sealed class Listener : KvListener, IDisposable
    {
        public Listener() => Current = this;

        public List<string> Calls { get; } = [];

        public List<string> Endings { get; } = [];

        public List<TimeSpan> Times { get; } = [];

        public void Dispose() => Current = null;

        public override void Begins(string call) => Calls.Add(call);

        public override void Ended(string call, TimeSpan time, long? count)
        {
            Endings.Add(call);
            Times.Add(time);
        }
    }

    // Takes a while for each call, then gives up.
    private sealed class FailingStorage : KvStorage
    {
        public static readonly TimeSpan Time = TimeSpan.FromMilliseconds(5);

        public override IEnumerable<KvStoreInfo> GetStores(CancellationToken cancellation) => [];

        public override KvItem? Get(string store, string fullKey, CancellationToken cancellation) => throw Fail();

        public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
        {
            yield return range.Limit == 0 ? new KvItem(store, "", "") : throw Fail();
        }

        public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation) => throw Fail();

        public override void RemoveStore(string store, CancellationToken cancellation) => throw Fail();

        private static TimeoutException Fail()
        {
            Thread.Sleep(Time * 2);
            return new TimeoutException();
        }
    }
}
