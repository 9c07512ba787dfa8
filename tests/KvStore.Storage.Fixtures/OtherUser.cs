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
        Exception? error = null;
        var thread = new Thread(() =>
        {
            // Counts for this thread alone, and takes root's file capabilities from it.
            int before = setfsuid(Environment.IsPrivilegedProcess ? Nobody : uint.MaxValue);
            try
            {
                action();
            }
            catch (Exception e)
            {
                error = e;
            }
            finally
            {
                _ = setfsuid((uint)before);
            }
        });
        thread.Start();
        thread.Join();
        if (error is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
        }
    }

    [DllImport("libc")]
    private static extern int setfsuid(uint user);
}
