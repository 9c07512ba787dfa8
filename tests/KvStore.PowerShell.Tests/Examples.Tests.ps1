# What the README promises is run as it is written.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    $root = Join-Path $PSScriptRoot '../..'
    $readme = Get-Content (Join-Path $root README.md) -Raw
}

Describe 'The README' {
    It 'runs the main job on a real dump' {
        $output = & (Join-Path $root 'docs/examples/Import-Dump.ps1')
        $output | Should -Contain '86 items in 6 namespaces'
        $output | Should -Contain 'exported, imported elsewhere: equal'
    }

    It 'shows commands that run and give what it shows' {
        $blocks = [regex]::Matches($readme, '(?s)```powershell\n(.*?)```') | ForEach-Object { $_.Groups[1].Value }
        $blocks.Count | Should -Be 5
        Push-Location (New-Item TestDrive:/tour -ItemType Directory)
        try {
            # The first block is written without prompts; its comments say what each listing gives.
            $output = Invoke-Expression ($blocks[0] -replace '(?m)^Import-Module.*$', '')
            "$($output | ForEach-Object { "$($_.Key) = $($_.Value)" })" | Should -Be 'key = val foo/bar/key = val key = val'
            foreach ($block in $blocks[1..4]) {
                foreach ($step in [regex]::Matches($block, '(?sm)^PS> (?<command>[^\n]*)\n(?<output>.*?)(?=^PS> |\z)')) {
                    $shown = Invoke-Expression $step.Groups['command'].Value | Out-String -Width 120
                    # Times, folders and widths are the reader's own.
                    $words = { param($text) $text -replace '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d', 'TIME' -replace '\([^)]*prod\.db\)', '(FILE)' -split '\s+|-+' | Where-Object { $_ } }
                    if ($step.Groups['command'].Value -notlike 'New-PSDrive*') {
                        "$(& $words $shown)" | Should -Be "$(& $words $step.Groups['output'].Value)" -Because $step.Groups['command'].Value
                    }
                }
            }

            Get-Content prod:/copy/baz/key | Should -BeExactly valbaz
        } finally {
            Pop-Location
            Remove-PSDrive prod -ErrorAction Ignore
            Disconnect-KvStorage prod -ErrorAction Ignore
        }
    }

    It 'names every cmdlet there is' {
        foreach ($command in Get-Command -Module KvStore) {
            $readme | Should -Match "``$($command.Name)``"
        }
    }
}
