// One caller's change on its way through the group commit.
using System.Runtime.ExceptionServices;

namespace KvStore.Storage.Sqlite;

/// <summary>Which transaction a change runs in.</summary>
internal enum WriteKind
{
    /// <summary>One that it may share with others.</summary>
    Shared,

    /// <summary>One of its own, on its caller's thread.</summary>
    Alone,

    /// <summary>None: it begins and ends what it needs itself, on its caller's thread.</summary>
    Outside,
}

/// <summary>A change that waits for its turn, and then its outcome.</summary>
internal abstract class WriteRequest(WriteKind kind, TimeSpan patience, CancellationToken cancellation)
{
    private readonly long _deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
    private Exception? _error;

    /// <summary>Which transaction it runs in.</summary>
    public WriteKind Kind => kind;

    public CancellationToken Cancellation => cancellation;

    /// <summary>Set when the caller is to lead, or when the outcome is there; null for a caller who leads from the start.</summary>
    public ManualResetEventSlim? Turn { get; set; }

    /// <summary>Whether the caller is to commit the next group.</summary>
    public bool Leads { get; set; }

    public bool IsDone { get; private set; }

    public bool HasFailed => _error is not null;

    public TimeSpan TimeLeft => TimeSpan.FromMilliseconds(Math.Max(0, _deadline - Environment.TickCount64));

    public abstract void Apply(Session session);

    /// <summary>Tells the caller that the change is on disk.</summary>
    public void Complete()
    {
        IsDone = true;
        Turn?.Set();
    }

    /// <summary>Tells the caller that nothing of the change was written.</summary>
    public void Fail(Exception error)
    {
        _error = error;
        Complete();
    }

    protected void ThrowIfFailed()
    {
        if (_error is not null)
        {
            ExceptionDispatchInfo.Throw(_error);
        }
    }
}

/// <summary>A change with a result.</summary>
internal sealed class WriteRequest<T>(Func<Session, T> change, WriteKind kind, TimeSpan patience, CancellationToken cancellation)
    : WriteRequest(kind, patience, cancellation)
{
    private T _result = default!;

    public override void Apply(Session session) => _result = change(session);

    public T GetResult()
    {
        ThrowIfFailed();
        return _result;
    }
}
