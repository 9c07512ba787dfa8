// A lazy read of a database in memory: it has no other connection to see an old moment through, so what is left of it is
// read ahead just before the next change. Pipelines such as `Get | Set` work so, and one that nobody disturbs stays lazy.
using System.Collections;

namespace KvStore.Storage.Sqlite;

/// <summary>A lazy read that can be told to read ahead.</summary>
internal interface IMomentStream
{
    /// <summary>Reads all that is left; called in turn with all other calls.</summary>
    void Finish();
}

/// <summary>A lazy read of a database in memory; enumerated anew, it reads anew.</summary>
internal sealed class MomentStream<T>(MemoryEngine engine, Func<Session, IEnumerable<T>> read, CancellationToken cancellation) : IEnumerable<T>
{
    public IEnumerator<T> GetEnumerator() => new Enumerator(engine, read, cancellation);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Enumerator(MemoryEngine engine, Func<Session, IEnumerable<T>> read, CancellationToken cancellation) : IEnumerator<T>, IMomentStream
    {
        private readonly Queue<T> _ahead = new();
        private IEnumerator<T>? _rows;
        private Exception? _error;
        private bool _hasBegun;

        public T Current { get; private set; } = default!;

        object? IEnumerator.Current => Current;

        public bool MoveNext() => engine.InTurn(session =>
        {
            if (!_hasBegun)
            {
                _hasBegun = true;
                _rows = read(session).GetEnumerator();
                engine.Register(this);
            }

            if (_ahead.TryDequeue(out T? next))
            {
                Current = next;
                return true;
            }

            if (_error is not null)
            {
                throw _error;
            }

            if (_rows is null)
            {
                return false;
            }

            if (_rows.MoveNext())
            {
                Current = _rows.Current;
                return true;
            }

            End();
            return false;
        }, cancellation);

        public void Finish()
        {
            try
            {
                while (_rows?.MoveNext() == true)
                {
                    _ahead.Enqueue(_rows.Current);
                }
            }
            catch (Exception e)
            {
                // The reader's error (its token may be cancelled), not that of the writer who happens to come by.
                _error = e;
            }

            _rows?.Dispose();
            _rows = null;
        }

        public void Reset() => throw new NotSupportedException();

        public void Dispose()
        {
            if (_rows is not null)
            {
                engine.Release(End);
            }
        }

        private void End()
        {
            _rows?.Dispose();
            _rows = null;
            engine.Unregister(this);
        }
    }
}
