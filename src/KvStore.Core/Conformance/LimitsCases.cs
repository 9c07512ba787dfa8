// Limits are bytes of UTF-8: what fits exactly passes, one byte more fails and changes nothing.
using System.Globalization;

namespace KvStore.Conformance;

internal static class LimitsCases
{
    [ConformanceCase]
    public static void A_key_of_the_limit_passes_and_one_byte_more_fails(ConformanceContext c) =>
        CheckKeys(c, c.Limits.MaximumKeySize);

    [ConformanceCase]
    public static void A_value_of_the_limit_passes_and_one_byte_more_fails(ConformanceContext c) =>
        CheckValues(c, c.Limits.MaximumValueSize);

    [ConformanceCase(Needs = KvCapabilities.EmptyNamespaces)]
    public static void A_kept_namespace_has_the_limit_of_a_key(ConformanceContext c)
    {
        int limit = c.Limits.MaximumKeySize;
        c.Commit(new KvBatch().AddNamespace(Text(limit, 'n')));
        ExpectTooLong(KvError.KeyTooLong, limit, limit + 1, () => c.Commit(new KvBatch().AddNamespace(Text(limit + 1, 'n'))));
        Expect.Sequence([Text(limit, 'n')], c.Kept(), "The kept namespaces");
    }

    [ConformanceCase(Needs = KvCapabilities.StoreLimits | KvCapabilities.EmptyStores)]
    public static void A_store_has_the_limits_that_it_was_created_with(ConformanceContext c)
    {
        var smaller = new KvLimits(20, 30);
        c.Storage.CreateStore(c.Store, smaller, c.Cancellation);
        Expect.Equal(smaller, c.Describe()?.Limits, "The limits of the store");
        CheckKeys(c, 20);
        CheckValues(c, 30);
        c.SetAllIn(c.OtherStore, new string('k', 100));
        Expect.Equal(c.Limits, c.Describe(c.OtherStore)?.Limits, "The limits of a store born with an item");
    }

    [ConformanceCase(Needs = KvCapabilities.StoreLimits | KvCapabilities.EmptyStores)]
    public static void A_store_may_be_created_with_larger_limits(ConformanceContext c)
    {
        KvLimits larger = new KvLimits(1000, 100_000).Within(c.Storage.Limits);
        c.Storage.CreateStore(c.Store, larger, c.Cancellation);
        CheckKeys(c, larger.MaximumKeySize);
        CheckValues(c, larger.MaximumValueSize);
    }

    [ConformanceCase(Needs = KvCapabilities.EmptyStores)]
    public static void Limits_beyond_those_of_the_storage_are_refused(ConformanceContext c)
    {
        KvLimits ceiling = c.Storage.Limits;
        foreach (KvLimits limits in new[] { new KvLimits(0, 10), new KvLimits(10, 0), new KvLimits(ceiling.MaximumKeySize + 1, 10), new KvLimits(10, ceiling.MaximumValueSize + 1) })
        {
            Expect.Error(KvError.InvalidConfiguration, () => c.Storage.CreateStore(c.Store, limits, c.Cancellation), $"A store with {limits}");
        }

        Expect.Null(c.Describe(), "The store");
    }

    private static void CheckKeys(ConformanceContext c, int limit)
    {
        // Multi-byte text too: two and four bytes a character, filled up with single ones.
        foreach (char letter in new[] { 'k', 'é', '\uD83D' })
        {
            string fits = Text(limit, letter);
            c.Set(fits, "fits");
            Expect.Equal("fits", c.GetValue(fits), $"The value of a key of {limit} bytes");
            string[] before = c.Keys();
            ExpectTooLong(KvError.KeyTooLong, limit, limit + 1, () => c.Set(Text(limit + 1, letter), "x"));
            ExpectTooLong(KvError.KeyTooLong, limit, limit + 1, () => c.Commit(new KvBatch().Set("other", "x").Delete(fits).Set("n/" + Text(limit - 1, letter), "x")));
            Expect.Sequence(before, c.Keys(), "The keys after the refusal");
        }
    }

    private static void CheckValues(ConformanceContext c, int limit)
    {
        foreach (char letter in new[] { 'v', 'é', '\uD83D' })
        {
            string fits = Text(limit, letter);
            c.Set("key", fits);
            Expect.Equal(fits, c.GetValue("key"), $"A value of {limit} bytes");
            string[] before = c.Keys();
            ExpectTooLong(KvError.ValueTooLong, limit, limit + 1, () => c.Set("key", Text(limit + 1, letter)));
            ExpectTooLong(KvError.ValueTooLong, limit, limit + 1, () => c.Commit(new KvBatch().Set("other", "x").Set("key", Text(limit + 1, letter))));
            Expect.Equal(fits, c.GetValue("key"), "The value after the refusal");
            Expect.Sequence(before, c.Keys(), "The keys after the refusal");
        }
    }

    private static void ExpectTooLong(KvError error, int limit, int size, Action action)
    {
        KvException e = Expect.Error(error, action, $"{size} bytes where {limit} are allowed");
        Expect.True(e.Message.Contains(limit.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), $"the limit {limit} in the message '{e.Message}'");
        Expect.True(e.Message.Contains(size.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), $"the size {size} in the message '{e.Message}'");
    }

    private static string Text(int bytes, char letter)
    {
        string unit = letter == '\uD83D' ? "😀" : letter.ToString();
        int unitSize = KvPath.GetSize(unit);
        return string.Concat(Enumerable.Repeat(unit, bytes / unitSize)) + new string('x', bytes % unitSize);
    }
}
