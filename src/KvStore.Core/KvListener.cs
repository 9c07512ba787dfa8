// Whoever asks what goes to a storage (-Verbose) and how long it takes (-Debug) is told of every call, from one place.
// A listener belongs to a thread for as long as it wants to hear; without one a call pays for one comparison.
namespace KvStore;

/// <summary>Hears of the calls that its thread makes to storages. Values, passwords and tokens are never told.</summary>
public abstract class KvListener
{
    [ThreadStatic]
    private static KvListener? s_current;

    /// <summary>The listener of this thread; null if nobody listens.</summary>
    public static KvListener? Current
    {
        get => s_current;
        set => s_current = value;
    }

    /// <summary>A call begins.</summary>
    /// <param name="call">What is asked of which storage, in words.</param>
    public abstract void Begins(string call);

    /// <summary>A call has ended; one that gives items lazily ends with the last that is taken.</summary>
    /// <param name="call">What was asked, in short.</param>
    /// <param name="time">The time that the storage took, without that of whoever takes the items.</param>
    /// <param name="count">The number of items or stores that were given or loaded; null where there are none to count.</param>
    public abstract void Ended(string call, TimeSpan time, long? count);
}
