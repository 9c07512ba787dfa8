// Storages that show what Backup-KvStore, Restore-KvStore and Test-KvStore do: one that can be copied to a file, and one that is damaged.
// Loaded by Backup.Tests.ps1 and Check.Tests.ps1 with Add-Type; not part of the test program.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using KvStore;

/// <summary>Backs up the values of store "s", a line each, and tells what it was asked.</summary>
public sealed class CopyableStorage : DelegatingStorage
{
    public static string LastPath;
    public static bool Fails;

    public CopyableStorage() : base(new MemoryStorage()) { }

    public override KvCapabilities Capabilities { get { return base.Capabilities | KvCapabilities.Backup; } }

    public override void Backup(string path, IProgress<double> progress, CancellationToken cancellation)
    {
        LastPath = path;
        if (File.Exists(path)) { throw new KvException(KvError.FileUnavailable, "The file is there."); }
        File.WriteAllLines(path, Scan("s", KvRange.All, cancellation).Select(item => item.FullKey + "=" + item.Value));
        for (int i = 0; i <= 1000; i++) { progress.Report(i / 1000.0); }
        if (Fails) { throw new KvException(KvError.StorageFull, "The disk is full."); }
    }

    public override void Restore(string path, IProgress<double> progress, CancellationToken cancellation)
    {
        LastPath = path;
        RemoveStore("s", cancellation);
        var batch = new KvBatch();
        foreach (string line in File.ReadAllLines(path)) { batch.Set(line.Split('=')[0], line.Split('=')[1]); }
        Commit("s", batch, cancellation);
        progress.Report(1);
    }
}

/// <summary>Store "bad" has two damaged items, and something belongs to no store.</summary>
public sealed class DamagedStorage : DelegatingStorage
{
    public DamagedStorage() : base(new MemoryStorage()) { }

    public override IEnumerable<KvDamage> Check(string store, CancellationToken cancellation)
    {
        if (store == null) { yield return new KvDamage(null, null, "Page 7 is used twice."); }
        if (store == null || store == "bad")
        {
            yield return new KvDamage("bad", "n/a", "The checksum does not fit.");
            yield return new KvDamage("bad", "n/b", "The checksum does not fit.");
        }

        if (store == null) { yield return new KvDamage("lost", "x", "It belongs to a store that is not there."); }
        while (store == "endless") { cancellation.ThrowIfCancellationRequested(); cancellation.WaitHandle.WaitOne(10); }
    }
}
