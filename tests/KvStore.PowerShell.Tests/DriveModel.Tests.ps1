# 2,000 random trees and command sequences on two drives, each compared with a model in memory: what a command gives, whether
# it fails, and what is left in the storages.
BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    # CS1701: the module is built for an older runtime than the one that runs it.
    Add-Type -Path $PSScriptRoot/DriveModel.cs -ReferencedAssemblies ([KvStore.KvStorage].Assembly.Location), System.Runtime, System.Collections, System.Collections.NonGeneric, System.Linq, System.Threading -CompilerOptions '/nowarn:CS1701'
    $storages = [KvStore.KvStorage[]](1..2 | ForEach-Object { [KvStore.MemoryStorage]::new() })
    $null = New-PSDrive -Name m -PSProvider KvStore -Root / -Storage $storages[0] -Scope Global
    $null = New-PSDrive -Name o -PSProvider KvStore -Root / -Storage $storages[1] -Scope Global
}

AfterAll {
    Remove-PSDrive -Name m, o
}

Describe 'A drive against a model' {
    It 'does in 2,000 random sequences of commands what a model in memory does' {
        $difference = foreach ($seed in 1..2000) {
            $model = [DriveModel.Model]::new($seed)
            $model.Plant($storages)
            $done = [Collections.Generic.List[string]]::new()
            foreach ($number in 1..6) {
                $step = $model.Next()
                $done.Add($step)
                $parameters = $step.Parameters
                $failure = $null
                $output = & $step.Command @parameters -ErrorAction SilentlyContinue -ErrorVariable failure
                $wrong = if ($step.Succeeds -ne ($failure.Count -eq 0)) {
                    "was to $($step.Succeeds ? 'succeed' : 'fail'): $failure"
                }
                elseif ($null -ne $step.Output) {
                    $given = [string[]]@($output | ForEach-Object { $_ -is [bool] ? "$_" : "$($_.FullName)=$($_.Value)$($_.PSIsContainer ? '/' : '')" })
                    [Array]::Sort($given, [StringComparer]::Ordinal)
                    if (($given -join "`n") -cne ($step.Output -join "`n")) { "gave`n$($given -join "`n")`ninstead of`n$($step.Output -join "`n")" }
                }

                if (!$wrong) {
                    $expected = $model.Dump()
                    $actual = [DriveModel.Model]::Dump($storages)
                    if ($actual -cne $expected) { $wrong = "left`n$actual`ninstead of`n$expected" }
                }

                if ($wrong) {
                    "Seed $seed, after $($done -join '; '): the last $wrong"
                    break
                }
            }

            if ($wrong) { break }
        }

        $difference | Should -BeNullOrEmpty
    }
}
