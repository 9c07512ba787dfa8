// cinderlib's own cases for key values; its get_key_values_all never runs upstream, for want of a test's name.
namespace KvStore.Conformance;

internal static class RecordKeyValuesCases
{
    [ConformanceCase]
    public static void Get_key_values_all(ConformanceContext c)
    {
        Set(c, ("key1", "value1"), ("key0", "value0"));
        Expect.Sequence(["key0 = value0", "key1 = value1"], Get(c), "All key values, ordered by key");
    }

    [ConformanceCase]
    public static void Get_key_values_by_key(ConformanceContext c)
    {
        Set(c, ("key0", "value0"), ("key1", "value1"));
        Expect.Sequence(["key1 = value1"], Get(c, "key1"), "Key values by key");
        Expect.Sequence([], Get(c, "fake-uuid"), "Key values by a key that is not there");
        Expect.Sequence(["key0 = value0", "key1 = value1"], Get(c, ""), "Key values by the empty key, which is no filter");
    }

    [ConformanceCase]
    public static void Set_key_value(ConformanceContext c)
    {
        Set(c, ("key", "first"));
        Set(c, ("key", "second"));
        Expect.Sequence(["key = second"], Get(c), "The key values");
    }

    [ConformanceCase]
    public static void Keys_and_values_of_any_text_survive(ConformanceContext c)
    {
        (string Key, string Value)[] pairs =
        [
            ("a/b//c", ""), (" edge ", " v "), ("%41", "%"), (new string('é', 255), "long key"), ("line\nbreak", "a\nb\t\"c\""), ("😀", "😀"), ("long value", new string('v', 20_000)),
        ];
        Set(c, pairs);
        foreach ((string key, string value) in pairs)
        {
            Expect.Sequence([$"{key} = {value}"], Get(c, key), $"The key value '{KvException.Shorten(key)}'");
        }

        Expect.Equal(pairs.Length, Get(c).Length, "The number of key values");
    }

    [ConformanceCase]
    public static void Delete_key_value(ConformanceContext c)
    {
        Set(c, ("key0", "value0"), ("key1", "value1"));
        c.Records().DeleteKeyValue(new KvKeyValue("key1", ""));
        Expect.Sequence(["key0 = value0"], Get(c), "The key values");
    }

    [ConformanceCase]
    public static void Delete_key_not_found(ConformanceContext c)
    {
        Set(c, ("key0", "value0"));
        c.Records().DeleteKeyValue(new KvKeyValue("fake-key", ""));
        Expect.Sequence(["key0 = value0"], Get(c), "The key values");
    }

    private static void Set(ConformanceContext c, params (string Key, string Value)[] pairs) =>
        Array.ForEach(pairs, pair => c.Records().SetKeyValue(new KvKeyValue(pair.Key, pair.Value)));

    private static string[] Get(ConformanceContext c, string? key = null) => [.. c.Records().GetKeyValues(key).Select(found => $"{found.Key} = {found.Value}")];
}
