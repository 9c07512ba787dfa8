# The runbooks of docs/runbooks.md do what they say, and the page shows them as they are.
BeforeDiscovery {
    $noEtcd = (Get-Command etcd -CommandType Application -ErrorAction Ignore) ? $null : 'No etcd on PATH (Debian: etcd-server).'
}

BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    $docs = (Resolve-Path (Join-Path $PSScriptRoot '../../docs')).Path
    $runbooks = Join-Path $docs examples/Runbooks
}

Describe 'The page' {
    It 'shows each file as it is' {
        $page = Get-Content $docs/runbooks.md -Raw
        foreach ($file in Get-ChildItem $runbooks -File) {
            $page.Contains("``````powershell`n$(Get-Content $file.FullName -Raw)``````") | Should -BeTrue -Because "$($file.Name) stands in docs/runbooks.md"
        }
        [regex]::Matches($page, '(?m)^```powershell$').Count | Should -Be @(Get-ChildItem $runbooks -File).Count
    }
}

Describe 'The runbook' {
    It 'passes its own test' {
        $result = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command "Import-Module Pester -MinimumVersion 5.0 -MaximumVersion 5.99.99; `$run = Invoke-Pester -Path '$runbooks' -PassThru -Output None; `$run.Result; `$run.PassedCount"
        $result[-2, -1] | Should -Be Passed, 2
    }
}

Describe 'The admin script' {
    BeforeAll {
        $null = Connect-KvStorage memory
        1..1000 | ForEach-Object {
            [pscustomobject]@{ Key = "volumes/vol$_/owner"; Value = $_ % 2 ? 'ann' : 'bob' }
            [pscustomobject]@{ Key = "volumes/vol$_/size"; Value = $_ }
        } | Set-KvItem -Store volumes
    }

    It 'changes nothing with -WhatIf' {
        $null = & $runbooks/Set-VolumeOwner.ps1 -From ann -To carl -WhatIf *>&1
        @(Get-KvItem -Store volumes -Recurse -ValueLike ann).Count | Should -Be 500
    }

    It 'gives the volumes of one owner to another, and touches no other item' {
        @(& $runbooks/Set-VolumeOwner.ps1 -From ann -To carl).Count | Should -Be 500
        @(Get-KvItem -Store volumes -Recurse -ValueLike carl).Count | Should -Be 500
        @(Get-KvItem -Store volumes -Recurse | Where-Object Version -GT 1).Count | Should -Be 500
        (Get-KvItem volumes/vol1/owner -Store volumes).Value | Should -Be carl
    }
}

Describe 'The migration' {
    It 'moves all stores to etcd, and writes nothing the second time' -Skip:($null -ne $noEtcd) {
        $ports = 1..2 | ForEach-Object {
            $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
            $listener.Start()
            $listener
        }
        $client, $peer = $ports | ForEach-Object { $_.LocalEndpoint.Port; $_.Stop() }
        $folder = Join-Path ([IO.Path]::GetTempPath()) "kvstore-etcd-$([guid]::NewGuid().ToString('n').Substring(0, 8))"
        $arguments = '--data-dir', $folder, '--listen-client-urls', "http://127.0.0.1:$client", '--advertise-client-urls', "http://127.0.0.1:$client",
            '--listen-peer-urls', "http://127.0.0.1:$peer", '--initial-advertise-peer-urls', "http://127.0.0.1:$peer", '--initial-cluster', "default=http://127.0.0.1:$peer"
        $etcd = Start-Process etcd $arguments -PassThru -RedirectStandardOutput "$folder.out" -RedirectStandardError "$folder.err"
        try {
            $null = Connect-KvStorage memory -Name origin
            1..50 | ForEach-Object { [pscustomobject]@{ Key = "n/k$_"; Value = $_ } } | Set-KvItem -Store one -Storage origin
            Set-KvItem k v -Store two -Storage origin

            # etcd serves a moment after its start, on a busy machine a long one; the storage tries again until then.
            $first = & $runbooks/Move-ToEtcd.ps1 "etcd://127.0.0.1:${client}?retryTime=120" -From origin
            $first.Store | Should -Be one, two
            $first.Written | Should -Be 50, 1
            (& $runbooks/Move-ToEtcd.ps1 "etcd://127.0.0.1:$client" -From origin).Written | Should -Be 0, 0
            $null = Connect-KvStorage "etcd://127.0.0.1:$client" -Name check
            (Get-KvItem n/k7 -Store one -Storage check).Value | Should -Be 7
        } finally {
            'origin', 'check' | Disconnect-KvStorage -ErrorAction Ignore
            $etcd.Kill()
            $etcd.WaitForExit()
            Remove-Item $folder, "$folder.out", "$folder.err" -Recurse -Force -ErrorAction Ignore
        }
    }
}
