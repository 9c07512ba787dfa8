// Keys and values are Unicode text and nothing else: no character has a meaning to a storage except '/'.
namespace KvStore.Conformance;

internal static class TextCases
{
    // Each has bitten somebody: SQL, LIKE, glob, shells, formats, file systems, JSON, regular expressions.
    private static readonly string[] OddKeys =
    [
        "'; DROP TABLE kv; --", "\"; DELETE FROM store; --", "%", "_", "*", "?", "[a-z]", "a%b", "a_b", "\\", "\\'", "..", ".", "../../etc/passwd",
        "$(whoami)", "`id`", "{0}", "%s%n", "a b", "a  b", "<a>&amp;", "null", "C:\\x", "~", "^a$", "#", "@", "a=b", "a:b", "-rf",
    ];

    [ConformanceCase]
    public static void Odd_characters_in_keys_are_only_characters(ConformanceContext c)
    {
        c.SetAll(OddKeys);
        Expect.Sequence(OddKeys.Order(KvOrder.Instance), c.Keys(), "The keys");
        foreach (string fullKey in OddKeys)
        {
            Expect.Equal(ConformanceContext.ValueOf(fullKey), c.GetValue(fullKey), $"The value of {fullKey}");
        }

        c.Commit(new KvBatch().Delete("%").Delete("_").Delete("*").Delete("?"));
        Expect.Equal(OddKeys.Length - 4, c.Keys().Length, "The number of keys after four were removed");
    }

    [ConformanceCase]
    public static void Odd_characters_in_values_are_only_characters(ConformanceContext c)
    {
        string[] values = [.. OddKeys, "two\nlines", "\r\n", "\n", "\t", " ", " both ends ", "\u001F", "\u007F", "\uFEFFmark", "{\"a\":[1,\"\\u0000\"]}"];
        var batch = new KvBatch();
        for (int i = 0; i < values.Length; i++)
        {
            batch.Set($"key{i:D3}", values[i]);
        }

        c.Commit(batch);
        Expect.Sequence(values, c.Scan().Select(item => item.Value), "The values");
    }

    [ConformanceCase]
    public static void All_of_Unicode_is_kept_exactly(ConformanceContext c)
    {
        // One to four bytes, both edges of each length and of the surrogates, a non-character, scripts, joined emoji.
        string[] texts =
        [
            "\u0001", "~", "\u0080", "\u07FF", "\u0800", "\uD7FF", "\uE000", "\uFFFD", "\uFFFF", "\U00010000", "\U0010FFFF",
            "Ünïcödé", "שלום", "日本語", "👩‍👩‍👧‍👦", "a\u200Bb", "a\u200Db", "\u202Eabc", "İıſK",
        ];
        foreach (string text in texts)
        {
            c.Set("k" + text, text);
            Expect.Equal(text, c.GetValue("k" + text), "The value");
        }

        Expect.Sequence(texts.Select(text => "k" + text).Order(KvOrder.Instance), c.Keys(), "The keys");
    }

    [ConformanceCase]
    public static void Both_normal_forms_of_Unicode_are_different_keys(ConformanceContext c)
    {
        const string Composed = "caf\u00E9";
        const string Decomposed = "cafe\u0301";
        c.Set(Composed, "composed");
        c.Set(Decomposed, "decomposed");
        Expect.Equal("composed", c.GetValue(Composed), "The value of the composed form");
        Expect.Equal("decomposed", c.GetValue(Decomposed), "The value of the decomposed form");
    }

    [ConformanceCase]
    public static void A_lone_surrogate_is_refused_and_nothing_is_written(ConformanceContext c)
    {
        foreach (string text in new[] { "a\uD800", "\uDC00b", "\uD800\uD800", "\uDC00\uD800" })
        {
            Expect.Error(KvError.InvalidText, () => c.Set("key" + text, "value"), "A lone surrogate in a key");
            Expect.Error(KvError.InvalidText, () => c.Commit(new KvBatch().Set("before", "value").Set("key", text)), "A lone surrogate in a value");
            Expect.Error(KvError.InvalidText, () => c.Get("key" + text), "A lone surrogate in a key that is read");
        }

        Expect.Sequence([], c.Keys(), "The keys");
    }

    [ConformanceCase]
    public static void NUL_is_refused_in_a_key(ConformanceContext c)
    {
        Expect.Error(KvError.InvalidKey, () => c.Set("a\0b", "value"), "NUL in a key");
        Expect.Sequence([], c.Keys(), "The keys");
    }

    [ConformanceCase]
    public static void NUL_in_a_value_is_kept_or_refused_but_never_cuts_it(ConformanceContext c)
    {
        const string Value = "before\0behind";
        try
        {
            c.Set("key", Value);
        }
        catch (KvException e) when (e.Error == KvError.InvalidText)
        {
            Expect.Null(c.Get("key"), "An item that was refused");
            return;
        }

        Expect.Equal(Value, c.GetValue("key"), "The value");
        Expect.Equal(Value, c.Scan().Single().Value, "The value in a scan");
    }
}
