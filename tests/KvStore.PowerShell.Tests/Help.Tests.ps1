# The help as a user finds it: whole, true to the cmdlets, with examples that do what they show.
BeforeDiscovery {
    $names = (Import-PowerShellDataFile $PSScriptRoot/../../KvStore.psd1).CmdletsToExport
    $documents = Get-ChildItem $PSScriptRoot/../../docs/cmdlets, $PSScriptRoot/../../docs/about -Filter *.md
}

BeforeAll {
    . $PSScriptRoot/Initialize-TestSession.ps1
    $root = (Resolve-Path $PSScriptRoot/../..).Path
    $docs = Join-Path $root docs
    $pwsh = [Environment]::ProcessPath

    # Whoever has a module that only authors need sees these cases run.
    function Assert-Module([string] $Name) {
        if (-not (Get-Module $Name -ListAvailable)) {
            Set-ItResult -Skipped -Because "$Name is not installed: Install-PSResource $Name"
        }
    }

    # The parameters that are the cmdlet's own.
    function Get-OwnParameter([System.Management.Automation.CommandInfo] $Command) {
        $common = [System.Management.Automation.PSCmdlet]::CommonParameters
        $Command.Parameters.Values | Where-Object Name -NotIn $common
    }
}

Describe 'The help of <_>' -ForEach $names {
    BeforeAll {
        $command = Get-Command $_ -Module KvStore
        $help = Get-Help $_ -Full
        $page = Get-Content $docs/cmdlets/$_.md -Raw
    }

    It 'says what the cmdlet does, takes, gives, and which errors it has' {
        $help.Synopsis | Should -Match '^\w.*\.$'
        "$($help.description.Text)" | Should -Not -BeNullOrEmpty
        $help.inputTypes.inputType.description.Text | Should -Not -BeNullOrEmpty
        $help.returnValues.returnValue.description.Text | Should -Not -BeNullOrEmpty
        "$($help.alertSet.alert.Text)" | Should -Match 'KvStore\.[A-Z]\w+'
    }

    It 'has every parameter of the cmdlet and no other, each with a text' {
        $documented = $help.parameters.parameter
        $documented.name | Sort-Object | Should -Be ((Get-OwnParameter $command).Name | Sort-Object)
        foreach ($parameter in $documented) { $parameter.description.Text | Should -Not -BeNullOrEmpty -Because $parameter.name }
    }

    It 'tells type, position, pipeline and accepted values of parameters as they are' {
        foreach ($parameter in Get-OwnParameter $command) {
            $told = $help.parameters.parameter | Where-Object name -EQ $parameter.Name
            $sets = @($parameter.ParameterSets.Values)
            $type = [Nullable]::GetUnderlyingType($parameter.ParameterType) ?? $parameter.ParameterType
            $told.type.name | Should -Be $type.FullName -Because $parameter.Name
            # Of several parameter sets, Get-Help tells of one.
            $told.position | Should -BeIn @($sets | ForEach-Object { $_.Position -ge 0 ? "$($_.Position)" : 'Named' }) -Because $parameter.Name
            $told.required | Should -BeIn @($sets | ForEach-Object { "$($_.IsMandatory)" }) -Because $parameter.Name
            $told.pipelineInput | Should -Match ($sets.ValueFromPipeline -contains $true ? 'ByValue' : '^(?!.*ByValue)') -Because $parameter.Name
            $told.pipelineInput | Should -Match ($sets.ValueFromPipelineByPropertyName -contains $true ? 'ByPropertyName' : '^(?!.*ByPropertyName)') -Because $parameter.Name
            if ($parameter.ParameterType.IsEnum) {
                $help.syntax.syntaxItem.parameter.Where({ $_.name -eq $parameter.Name })[0].parameterValueGroup.parameterValue |
                    Should -Be ([enum]::GetNames($parameter.ParameterType)) -Because $parameter.Name
            }
        }
    }

    It 'has three examples or more, each with its code where scripts look for it' {
        $examples = @($help.examples.example)
        $examples.Count | Should -BeGreaterOrEqual 3
        foreach ($example in $examples) { $example.code | Should -Match '\S' -Because $example.title }
        ($help.examples | Out-String -Width 200) | Should -Not -Match '```'
    }

    It 'leaves nothing to be filled in' {
        $page | Should -Not -Match '\{\{|\}\}'
        $page | Should -Not -Match "`r"
        $page | Should -Not -Match 'Nullable`1'
    }

    It 'names only cmdlets and topics that there are as related' {
        foreach ($link in $help.relatedLinks.navigationLink.linkText) {
            $isTopic = Test-Path $docs/en-US/$link.help.txt
            $isTopic -or (Get-Command $link -Module KvStore -ErrorAction Ignore) | Should -BeTrue -Because $link
        }
    }
}

Describe 'The help as a whole' {
    It 'has a page for each cmdlet and for nothing else' {
        (Get-ChildItem $docs/cmdlets -Name) | Sort-Object | Should -Be ((Get-Command -Module KvStore).Name | ForEach-Object { "$_.md" } | Sort-Object)
    }

    It 'lies beside the manifest as it was committed' {
        foreach ($file in Get-ChildItem $docs/en-US) {
            Get-Content $root/en-US/$($file.Name) -Raw | Should -BeExactly (Get-Content $file -Raw) -Because $file.Name
        }
    }

    It 'has topics whose short description Get-Help shows in a list' {
        $topics = Get-Help about_KvStore*
        $topics.Name | Sort-Object | Should -Be ((Get-ChildItem $docs/about).BaseName | Sort-Object)
        foreach ($topic in $topics) { $topic.Synopsis | Should -Match '^[A-Z].*\.$' -Because $topic.Name }
    }

    It 'has topics that fit into a window of 80 columns, but for what commands print' {
        foreach ($topic in Get-ChildItem $docs/about) {
            $text = (Get-Content $topic -Raw) -replace '(?s)```Output.*?```'
            $text -split "`n" | Where-Object Length -GT 78 | Should -BeNullOrEmpty -Because $topic.Name
        }
    }

    It 'explains every error id' {
        $text = Get-Content $docs/about/about_KvStore.md -Raw
        foreach ($code in [enum]::GetNames([KvStore.KvError])) { $text | Should -Match "\| $code *\|" -Because $code }
    }

    It 'explains every capability' {
        $text = Get-Content $docs/about/about_KvStore_Storages.md -Raw
        foreach ($name in [enum]::GetNames([KvStore.KvCapabilities]) -ne 'None') { $text | Should -Match "\| $name *\|" -Because $name }
    }

    It 'leads from the README to every document' {
        $text = Get-Content $root/README.md -Raw
        foreach ($document in Get-ChildItem $docs/*.md -Name) { $text | Should -Match "\(docs/$([regex]::Escape($document))\)" -Because $document }
    }

    It 'mentions only error ids that there are' {
        $text = Get-Content $docs/cmdlets/*.md, $docs/about/*.md -Raw
        $ids = [regex]::Matches("$text", '(?<=KvStore\.)[A-Z]\w+(?=[,;:.) ]|\n)').Value | Sort-Object -Unique
        $others = $ids | Where-Object { $_ -notin [enum]::GetNames([KvStore.KvError]) -and -not "KvStore.$_" -as [type] }
        $others | Where-Object { $_ -notin 'Core', 'PowerShell', 'Storages', 'Conformance', 'StoragePlugin' } | Should -BeNullOrEmpty
    }

    It 'is what the built module and the pages make anew' {
        Assert-Module Microsoft.PowerShell.PlatyPS
        $copy = New-Item TestDrive:/docs -ItemType Directory
        Copy-Item $docs/cmdlets, $docs/about, $docs/en-US $copy -Recurse
        $output = & $pwsh -NoProfile -NonInteractive -File $docs/Update-Help.ps1 -Folder $copy.FullName 2>&1 | Out-String
        $LASTEXITCODE | Should -Be 0 -Because $output
        foreach ($file in Get-ChildItem $copy -File -Recurse) {
            $committed = Join-Path $docs ([IO.Path]::GetRelativePath($copy.FullName, $file.FullName))
            (Get-Content $file -Raw) -ceq (Get-Content $committed -Raw) | Should -BeTrue -Because "$($file.Name) is out of date: ./build.ps1 -Task Docs"
        }
    }

    It 'says how to get what it is made with, where that is missing' {
        $output = & $pwsh -NoProfile -NonInteractive -Command "`$env:PSModulePath = ''; & '$docs/Update-Help.ps1'" 2>&1 | Out-String
        $output | Should -Match 'Install-PSResource Microsoft.PowerShell.PlatyPS'
    }
}

Describe 'The examples' {
    BeforeAll {
        # A process of its own: examples change folders, storages and the environment.
        $json = & $pwsh -NoProfile -NonInteractive -File $docs/tools/Invoke-Example.ps1 $docs/cmdlets/*.md $docs/about/*.md | Out-String
        $examples = ConvertFrom-Json $json
    }

    It 'of <_.BaseName> run, and give what they show' -ForEach $documents {
        $own = @($examples | Where-Object Path -EQ $_.FullName)
        $own.Count | Should -BeGreaterThan 0
        foreach ($example in $own) {
            $example.IsAsShown | Should -BeTrue -Because "$($example.Title), line $($example.Line), gives`n$($example.Actual)`nand docs/Update-Help.ps1 -Examples writes what it gives into the page"
        }
    }

    It 'of a document that shows something else are told from those that are right' {
        Set-Content TestDrive:/wrong.md '# Wrong', '```powershell', "'a  b'", '```', '```Output', 'a b', '```', '```powershell', '1 + 1', '```', '```Output', '3', '```'
        $found = & $pwsh -NoProfile -NonInteractive -File $docs/tools/Invoke-Example.ps1 (Convert-Path TestDrive:/wrong.md) | Out-String | ConvertFrom-Json
        $found.IsAsShown | Should -Be $true, $false
        $found[1].Actual | Should -Be 2
    }
}

Describe 'The scripts' {
    It 'are clean to PSScriptAnalyzer' {
        Assert-Module PSScriptAnalyzer
        # What a build or a tool leaves behind is no script of ours.
        $scripts = Get-ChildItem $root/*.psd1, $root/*.ps1, $root/.config, $docs, $root/tests -Include *.ps1, *.psm1, *.psd1 -Recurse |
            Where-Object { [IO.Path]::GetRelativePath($root, $_.FullName) -notmatch '[\\/](bin|obj)[\\/]' }
        $scripts.Count | Should -BeGreaterThan 10
        $findings = $scripts | Invoke-ScriptAnalyzer -Settings $root/.config/PSScriptAnalyzerSettings.psd1
        $findings | ForEach-Object { "$($_.ScriptName):$($_.Line) $($_.RuleName): $($_.Message)" } | Should -BeNullOrEmpty
    }
}
