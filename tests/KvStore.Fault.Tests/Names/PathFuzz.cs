// Every key has one drive path and back; every path that is typed leads to one key, or is refused.
namespace KvStore.Fault.Tests;

public sealed class PathFuzz
{
    [Fact]
    public void Any_drive_path_leads_to_one_key_and_back_or_is_refused()
    {
        var text = new HardText(FaultRun.NewRandom());
        int count = FaultRun.Times(20_000, 1_000_000);
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            string typed = $"{text.Next()}{(i % 2 == 0 ? "/" : "\\")}{text.Next()}";
            try
            {
                string path = KvPath.FromDrivePath(typed);
                string shown = KvPath.ToDrivePath(path);
                Assert.Equal(path, KvPath.FromDrivePath(shown));
                Assert.Equal(shown, KvPath.ToDrivePath(KvPath.FromDrivePath(shown)));
                Assert.DoesNotContain(shown.Split('/'), component => component is "." or ".." || component.Contains('\\', StringComparison.Ordinal) || component.Any(char.IsControl));

                // A key that was written as it is, without any escape.
                string key = KvPath.NormalizeKey(typed);
                KvPath.CheckKey(key, int.MaxValue, "the test");
                Assert.Equal(key, KvPath.FromDrivePath(KvPath.ToDrivePath(key)));
            }
            catch (KvException e)
            {
                Assert.Contains(e.Error, new[] { KvError.InvalidPath, KvError.InvalidKey, KvError.InvalidText });
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Path {i}: {HardText.Show(typed)}", e);
            }
        }

        FaultRun.Tell($"{count} paths, {refused} of them refused.");
    }

    [Fact]
    public void A_path_of_ten_megabytes_is_no_trouble()
    {
        foreach (string huge in new[] { new string('/', 10_000_000), new string('\\', 10_000_000), string.Concat(Enumerable.Repeat("%2e", 3_000_000)), string.Concat(Enumerable.Repeat("a/", 5_000_000)), string.Concat(Enumerable.Repeat("../", 3_000_000)) })
        {
            string path = KvPath.FromDrivePath(huge);
            Assert.Equal(path, KvPath.FromDrivePath(KvPath.ToDrivePath(path)));
            Assert.Throws<KvException>(() => KvPath.CheckKey(KvPath.Normalize(huge) is { Length: > 0 } key ? key : "", 510, "the test"));
        }
    }
}
