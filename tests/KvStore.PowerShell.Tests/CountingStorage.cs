// A storage that counts what is read of it: whether a listing streams is then a number, and no matter of time.
// Loaded by Completion.Tests.ps1 and DriveScale.Tests.ps1 with Add-Type; not part of the test program.
using System.Collections.Generic;
using System.Threading;
using KvStore;

public sealed class CountingStorage : DelegatingStorage
{
    public static long Items;
    public static long Scans;

    public CountingStorage(KvStorage inner) : base(inner) { }

    // The defaults of the contract go through Scan, so that every item that is read is counted.
    public override IEnumerable<KvNode> GetChildren(string store, string namespacePath, CancellationToken cancellation)
    {
        return ChildScan.GetChildren(namespacePath, range => Scan(store, range, cancellation));
    }

    public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation)
    {
        Interlocked.Increment(ref Scans);
        foreach (KvItem item in base.Scan(store, range, cancellation))
        {
            Interlocked.Increment(ref Items);
            yield return item;
        }
    }
}
