# -Verbose and -Debug: what goes to the storage and how long it took, nothing else, and nothing unless asked.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    $null = Connect-KvStorage memory
    function Get-Pair([int] $Count) { 1..$Count | ForEach-Object { [pscustomobject]@{ Key = "n/k$_"; Value = 'a value' } } }
}

Describe '-Verbose' {
    It 'tells each batch of a pipeline: which storage and store, and how many items' {
        Get-Pair 2500 | Set-KvItem -Store s -Verbose 4>&1 | Where-Object Message -Like 'Commit*' | ForEach-Object Message |
            Should -Be 'Commit 1000 sets to store s of memory.', 'Commit 1000 sets to store s of memory.', 'Commit 500 sets to store s of memory.'
        Get-KvItem -Store s -Recurse | Remove-KvItem -Verbose 4>&1 | Where-Object Message -Like 'Commit*' | Select-Object -Last 1 |
            ForEach-Object Message | Should -Be 'Commit 500 deletes to store s of memory.'
    }

    It 'tells what is read, with the key and never with the value' {
        Set-KvItem n/k1 'a value' -Store s
        (Get-KvItem n/k1 -Store s -Verbose 4>&1)[0].Message | Should -Be 'Get s:/n/k1 from memory.'
        (Get-KvItem -Store s -Recurse -Verbose 4>&1)[0].Message | Should -Be 'Scan s:/* of memory.'
        (Get-KvItem -Store s -Namespace n -Verbose 4>&1)[0].Message | Should -Be 'List s:/n of memory.'
        $told = & { Set-KvItem n/k1 'a value' -Store s -Verbose -Debug; $null = Get-KvItem -Store s -Recurse -Verbose -Debug } 4>&1 5>&1 | Out-String
        $told | Should -Match 'Commit 1 set to'
        $told | Should -Not -Match 'a value'
    }

    It 'shows no password' {
        Register-KvStorage -Path (Join-Path $PSScriptRoot '../../docs/examples/ListModule/bin')
        $null = Connect-KvStorage list -Connection 'list://me:s3cret@anything' -Name mine
        try {
            $told = Set-KvItem k v -Store s -Storage mine -Verbose -Debug 4>&1 5>&1 | Out-String
            $told | Should -Match 'list://me:\*\*\*@anything'
            $told | Should -Not -Match 's3cret'
        } finally {
            Disconnect-KvStorage mine
        }
    }

    It 'follows the preference, and is silent without' {
        $null = Get-KvItem -Store s -Recurse -OutVariable items 4>&1
        $items | Should -Not -BeNullOrEmpty
        $items | Where-Object { $_ -isnot [KvStore.KvItem] } | Should -BeNullOrEmpty
        & { $VerbosePreference = 'Continue'; Test-KvItem n/k1 -Store s } 4>&1 | ForEach-Object { "$_" } | Should -Contain 'Get s:/n/k1 from memory.'
        [KvStore.KvListener]::Current | Should -BeNullOrEmpty
    }

    It 'tells of its own calls only, whatever runs further down the pipeline' {
        $kv = Open-KvStore other
        $messages = Get-KvItem -Store s -Recurse -Verbose 4>&1 | ForEach-Object { $kv["seen"] = 'x'; $null = Get-KvItem seen -Store other; $_ } |
            Where-Object { $_ -is [System.Management.Automation.VerboseRecord] } | ForEach-Object Message
        $messages | Should -Be 'Scan s:/* of memory.'
        $kv['seen'] | Should -Be 'x'
    }

    It 'does not keep records from going on to the next cmdlet' {
        Set-KvRecord -Type Volume -Id 7d3c8a30-0000-4000-8000-000000000001 -Name one -Store recs -Verbose 4>$null
        $told = Get-KvRecord -Store recs -Type Volume -Verbose 4>$null | Set-KvRecord -Name two -Verbose 4>&1 | Out-String
        $told | Should -Match 'Commit \d+ sets.* to store recs of memory'
        (Get-KvRecord -Store recs -Type Volume).Name | Should -Be two
    }
}

Describe '-Debug' {
    It 'tells how long each call took, and how many items came' {
        Get-Pair 2500 | Set-KvItem -Store d -Debug 5>&1 | ForEach-Object Message | Should -Match '^(Look up store d|Commit (1000|500) sets to store d): \d+\.\d{3} ms\.$'
        $read = Get-KvItem -Store d -Recurse -Debug 5>&1 | Where-Object { $_ -is [System.Management.Automation.DebugRecord] }
        $read.Message | Should -Match '^Scan d:/\* \(2,500\): \d+\.\d{3} ms\.$'
    }

}
