# Whatever takes longer than a moment shows how far it is, and takes its bar away in the end.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1

    # A storage on which twenty items take a second.
    Add-Type -CompilerOptions '/nowarn:CS1701' -ReferencedAssemblies ([KvStore.KvStorage].Assembly.Location), System.Runtime, System.Collections, System.Threading, System.Threading.Thread -TypeDefinition @'
        using System.Collections.Generic;
        using System.Threading;
        using KvStore;

        public sealed class SlowStorage : DelegatingStorage
        {
            private int commits;

            public SlowStorage() : base(new MemoryStorage()) { }

            /// The number of the first commit of many items that fails.
            public int FailsFrom = int.MaxValue;

            public override IEnumerable<KvItem> Scan(string store, KvRange range, CancellationToken cancellation) { return Slowly(Inner.Scan(store, range, cancellation)); }

            public override void Load(IEnumerable<KvEntry> entries, KvLoadMode mode, CancellationToken cancellation) { Inner.Load(Slowly(entries), mode, cancellation); }

            public override KvCommit Commit(string store, KvBatch batch, CancellationToken cancellation)
            {
                if (batch.Count > 1)
                {
                    Thread.Sleep(600);
                    if (Interlocked.Increment(ref commits) >= FailsFrom) { throw new KvException(KvError.StorageBusy, "It is busy."); }
                }

                return Inner.Commit(store, batch, cancellation);
            }

            private static IEnumerable<T> Slowly<T>(IEnumerable<T> all)
            {
                foreach (T one in all) { Thread.Sleep(50); yield return one; }
            }
        }
'@
    $slow = [SlowStorage]::new()
    $null = Connect-KvStorage $slow -Name slow
    $batch = [KvStore.KvBatch]::new()
    1..20 | ForEach-Object { $null = $batch.Set("n/k$_", 'v') }
    $null = $slow.Commit('s', $batch, [Threading.CancellationToken]::None)

    # A runspace whose progress is kept instead of shown.
    function Get-Progress([string] $Script) {
        $powerShell = [powershell]::Create()
        try {
            $null = $powerShell.AddScript("Import-Module '$((Get-Module KvStore).Path)'; $Script").Invoke()
            $powerShell.Streams.Error | Should -BeNullOrEmpty
            , @($powerShell.Streams.Progress | Where-Object Activity -Match 'items|slow|myKV|Copying|Moving|Counting|Exporting|Importing')
        } finally {
            $powerShell.Dispose()
        }
    }
}

AfterAll { Disconnect-KvStorage slow }

Describe 'Progress' {
    It 'is shown by <Name>' -ForEach @(
        @{ Name = 'Export-KvStore'; Script = '$null = Export-KvStore s -Storage slow' }
        @{ Name = 'Import-KvStore'; Script = 'Export-KvStore s -Storage slow | Import-KvStore -Storage slow -As t' }
        @{ Name = 'Copy-KvStore'; Script = '$null = Connect-KvStorage memory -Name m; Copy-KvStore s -From slow -To m' }
        @{ Name = 'Set-KvItem'; Script = '1..3000 | ForEach-Object { [pscustomobject]@{ Key = "p/k$_"; Value = 1 } } | Set-KvItem -Store p -Storage slow' }
        @{ Name = 'Copy-Item'; Script = '$null = New-PSDrive from KvStore / -Storage slow; $null = New-PSDrive to KvStore / -Storage memory; Copy-Item from:/s to:/ -Recurse' }
        @{ Name = 'Show-KvTree'; Script = 'Show-KvTree -Store s -Storage slow' }
    ) {
        $shown = Get-Progress $Script
        @($shown | Where-Object RecordType -EQ Processing).Count | Should -BeGreaterThan 0
        @($shown | Where-Object StatusDescription -Match '\d+ items').Count | Should -BeGreaterThan 0
        $shown[-1].RecordType | Should -Be Completed
    }

    It 'is taken away when a transfer between drives fails' {
        $all = Get-Progress @'
            $null = New-PSDrive from KvStore / -Storage memory
            1..5000 | ForEach-Object { [pscustomobject]@{ Key = "k$_"; Value = 1 } } | Set-KvItem -Store s -Storage from:
            $failing = [SlowStorage]::new()
            $failing.FailsFrom = 3
            $null = New-PSDrive to KvStore / -Storage $failing
            Copy-Item from:/s to:/ -Recurse -ErrorAction SilentlyContinue -ErrorVariable failure
            if ($failure[0].FullyQualifiedErrorId -notlike 'KvStore.StorageBusy,*') { throw $failure }
'@
        $shown = @($all | Where-Object Activity -Match Copying)
        @($shown | Where-Object RecordType -EQ Processing).Count | Should -BeGreaterThan 0
        $shown[-1].RecordType | Should -Be Completed
    }

    It 'is not shown where all is done at once' {
        # A busy machine may take long for anything, but hardly five times.
        $quick = 1..5 | Where-Object {
            (Get-Progress '$null = Connect-KvStorage memory -Name quick; Set-KvItem k v -Store s -Storage quick; $null = Export-KvStore s -Storage quick; Disconnect-KvStorage quick').Count -eq 0
        } | Select-Object -First 1
        $quick | Should -Not -BeNullOrEmpty
    }
}
