// Tests often run as root, whom no file mode stops: file access of one thread is handed to a user without rights.
using System.Runtime.InteropServices;
using Xunit;

namespace KvStore.Storage.Fixtures;

/// <summary>Runs an action with the file access of a user who is not root.</summary>
public static class OtherUser
{
    private const uint Nobody = 65534;

    public static void Run(Action action)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "File modes are tested on Linux.");
        TestThread.Join(TestThread.Start(() =>
        {
            // Counts for this thread alone, and takes root's file capabilities from it.
            int before = setfsuid(Environment.IsPrivilegedProcess ? Nobody : uint.MaxValue);
            try
            {
                // It tells who it was before, and never that it failed.
                Assert.SkipWhen(Environment.IsPrivilegedProcess && setfsuid(uint.MaxValue) != Nobody, "The system lets no thread of root act as another user.");
                action();
            }
            finally
            {
                _ = setfsuid((uint)before);
            }
        }));
    }

    [DllImport("libc")]
    private static extern int setfsuid(uint user);
}
