# What is published is not what lies in bin: the package is built as build.ps1 -Task Package builds it, and used from there.
BeforeDiscovery {
    $noClient = (Get-Command Publish-PSResource -ErrorAction Ignore) ? $null : 'No Publish-PSResource in this pwsh (module Microsoft.PowerShell.PSResourceGet).'
}

BeforeAll {
    $root = (Resolve-Path (Join-Path $PSScriptRoot '../..')).Path

    # What the build leaves running must not hold this process's folder, which goes with it.
    $env:MSBUILDDISABLENODEREUSE = '1'
    $env:UseSharedCompilation = 'false'
    $env:DOTNET_CLI_UI_LANGUAGE = 'en'
    $modules = Join-Path ([IO.Path]::GetTempPath()) "kvstore package Größe 値 $([guid]::NewGuid().ToString('n').Substring(0, 8))"
    $build = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -File (Join-Path $root build.ps1) -Task Package -Destination $modules 2>&1
    if ($LASTEXITCODE -ne 0) { throw "The package was not built: $($build -join "`n")" }
    $package = (Get-ChildItem -LiteralPath (Join-Path $modules KvStore) -Directory).FullName
    $manifest = Import-PowerShellDataFile -LiteralPath (Join-Path $package KvStore.psd1)

    # A PowerShell that finds the package by its name and has never seen the repository.
    function Invoke-Fresh([string] $Script, [string] $ModulePath = $modules) {
        $saved = $env:PSModulePath, $env:KVSTORE_CONNECTION
        try {
            $env:PSModulePath = $ModulePath
            $env:KVSTORE_CONNECTION = Join-Path $modules "data 値 $([guid]::NewGuid().ToString('n').Substring(0, 8)).db"
            & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command "`$ErrorActionPreference = 'Stop'; `$env:PSModulePath = '$ModulePath'; $Script"
            $LASTEXITCODE | Should -Be 0
        } finally {
            $env:PSModulePath, $env:KVSTORE_CONNECTION = $saved
        }
    }
}

AfterAll {
    if ($modules -and (Test-Path -LiteralPath $modules)) { Remove-Item -LiteralPath $modules -Recurse -Force }
}

Describe 'The files of the package' {
    It 'are exactly those of the list' {
        $files = Get-ChildItem -LiteralPath $package -Recurse -File -Force | ForEach-Object { [IO.Path]::GetRelativePath($package, $_.FullName).Replace('\', '/') }
        $listed = Get-Content (Join-Path $PSScriptRoot Package.files.txt)
        $files | Where-Object { $_ -cnotin $listed } | Should -BeNullOrEmpty -Because 'what is not on the list would be published by accident'
        $listed | Where-Object { $_ -cnotin $files } | Should -BeNullOrEmpty -Because 'what is on the list would be missing'
    }

    It 'have the size that the documentation states' {
        $size = (Get-ChildItem -LiteralPath $package -Recurse -File | Measure-Object Length -Sum).Sum / 1MB
        (Get-Content (Join-Path $root docs/publishing.md) -Raw) -match 'takes (\d+) MB' | Should -BeTrue
        $size | Should -BeGreaterThan ([int] $Matches[1] - 1)
        $size | Should -BeLessThan ([int] $Matches[1] + 1)
    }

    It 'tell nothing of the machine that built them' {
        # With what is below it: the folder alone may have a name that is part of many texts, as /src has.
        $sources = Join-Path $root src KvStore
        $folder = [Text.Encoding]::Latin1.GetString([Text.Encoding]::UTF8.GetBytes($sources))
        Get-ChildItem -LiteralPath $package -Recurse -File -Include KvStore*, *.txt |
            Where-Object { [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes($_.FullName)).Contains($folder) } | Should -BeNullOrEmpty
    }

    It 'name every dependency with its version and its licence' {
        $notices = Get-Content -LiteralPath (Join-Path $package THIRD-PARTY-NOTICES.txt) -Raw
        $dependencies = foreach ($file in Get-ChildItem -LiteralPath $package -Recurse -Filter *.deps.json) {
            $libraries = (Get-Content -LiteralPath $file.FullName -Raw | ConvertFrom-Json -AsHashtable).libraries
            $libraries.Keys | Where-Object { $libraries[$_].type -eq 'package' }
        }
        $dependencies = @($dependencies | Sort-Object -Unique)
        $dependencies.Count | Should -BeGreaterThan 6

        # A bundle is a name for three others, and holds no file.
        foreach ($dependency in $dependencies -notlike 'SQLitePCLRaw.bundle*') { $notices | Should -Match ([regex]::Escape($dependency.Replace('/', ' '))) }
        foreach ($text in 'public domain', 'Apache License', 'IN NO EVENT SHALL NPGSQL BE LIABLE', 'The MIT License') { $notices | Should -Match $text }
    }
}

Describe 'The manifest' {
    It 'has what a gallery asks for, and no placeholder' {
        foreach ($name in 'Author', 'Description', 'Copyright', 'GUID', 'ModuleVersion') { $manifest[$name] | Should -Not -BeNullOrEmpty }
        $manifest.PrivateData.PSData.Tags | Should -Not -Match '\s'
        Get-Content -LiteralPath (Join-Path $package KvStore.psd1) -Raw | Should -Not -Match 'example\.(com|org)|TODO|your-|https?://'
        Test-ModuleManifest (Join-Path $package KvStore.psd1) -ErrorAction Stop | Should -Not -BeNullOrEmpty
    }

    It 'names what it exports, so that nothing is loaded to find a command' {
        $manifest.CmdletsToExport | Should -Not -Match '\*'
        foreach ($list in 'FunctionsToExport', 'AliasesToExport', 'VariablesToExport') { @($manifest[$list]).Count | Should -Be 0 }
        Invoke-Fresh '(Import-Module KvStore -PassThru).ExportedCommands.Keys | Sort-Object' | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'tells Windows PowerShell 5.1 what is needed' {
        # 5.1 says of a module like this: requires a minimum Windows PowerShell version of '7.4' to run. It must be able to read so far.
        $manifest.PowerShellVersion | Should -Be '7.4'
        $manifest.CompatiblePSEditions | Should -Be 'Core'
        $manifest.Description | Should -Match 'PowerShell 7\.4 or later'
        [IO.File]::ReadAllBytes((Join-Path $package KvStore.psd1)) | Where-Object { $_ -gt 127 } | Should -BeNullOrEmpty
    }

    It 'is of the version of its assemblies' {
        foreach ($file in Get-ChildItem -LiteralPath $package -Recurse -Filter KvStore.*.dll) {
            [Reflection.AssemblyName]::GetAssemblyName($file.FullName).Version.ToString(3) | Should -Be $manifest.ModuleVersion
        }
    }
}

Describe 'The package' {
    It 'works by its name from a folder with blanks and Unicode in its name, in a fresh process' {
        Invoke-Fresh @'
            Import-Module KvStore
            Set-KvItem -Store myKV -Namespace /foo/bar -Key key -Value val
            Set-Location kv:/myKV/foo/bar
            Get-Content key
            (Get-KvItem key).Path
            (Get-Help Set-KvItem -Examples).examples.example.Count -ge 3
            (Get-Module KvStore).ModuleBase
'@ | Should -Be 'val', '/foo/bar/key', 'True', $package
    }

    It 'needs no import where a command is called by its name' {
        Invoke-Fresh 'Set-KvItem k v -Store s -Storage (Connect-KvStorage memory_db -Name m).Name; Get-KvStore -Storage m | ForEach-Object Name' | Should -Be 's'
    }

    It 'loads each of its storages' {
        # Nobody answers there: what is asked is that plugin and client are found.
        Invoke-Fresh @'
            foreach ($connection in 'postgresql://u@127.0.0.1:1/d?connect_timeout=1', 'etcd://127.0.0.1:1', 'linstor://127.0.0.1:1', 'mysql://u@127.0.0.1:1/d') {
                (Connect-KvStorage -Name x -Connection $connection).Description -replace '\W.*'
            }
'@ | Should -Be 'db', 'etcd', 'linstor', 'db'
    }

    It 'works beside a module that brings Microsoft.Data.Sqlite, whichever is first' {
        $other = (Resolve-Path (Join-Path $root tests/KvStore.OtherModule/bin/KvStore.OtherModule.dll)).Path
        $use = 'Set-KvItem k v -Store s; (Get-KvItem k -Store s).Value'
        foreach ($script in "Import-Module '$other'; Get-OtherSqlite; Import-Module KvStore; $use; Get-OtherSqlite", "Import-Module KvStore; $use; Import-Module '$other'; Get-OtherSqlite; Get-OtherSqlite") {
            $output = Invoke-Fresh $script
            @($output -match '^8\.0\.30\.0 3\.').Count | Should -Be 2
            $output | Should -Contain 'v'
        }
    }

    It 'works where older assemblies of its dependencies'' names are loaded already' {
        $old = Join-Path $modules old
        $null = New-Item $old -ItemType Directory -Force
        Set-Content (Join-Path $old Old.cs) 'public class Old { }'
        Set-Content (Join-Path $old Old.csproj) '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net8.0</TargetFramework><Version>1.1.0</Version></PropertyGroup></Project>'
        foreach ($name in 'SQLitePCLRaw.core', 'Npgsql') {
            $build = dotnet build (Join-Path $old Old.csproj) "-p:AssemblyName=$name" --output (Join-Path $old $name) 2>&1
            $LASTEXITCODE | Should -Be 0 -Because "$build"
        }

        Invoke-Fresh @"
            foreach (`$name in 'SQLitePCLRaw.core', 'Npgsql') { `$null = [Reflection.Assembly]::LoadFrom((Join-Path '$old' `$name "`$name.dll")) }
            Set-KvItem k v -Store s; (Get-KvItem k -Store s).Value
            `$null = Connect-KvStorage -Name x -Connection 'postgresql://u@127.0.0.1:1/d?connect_timeout=1' -Option @{ retryTime = 0 }
            try { Get-KvItem k -Store s -Storage x } catch { "`$(`$_.FullyQualifiedErrorId -replace ',.*')" }
            foreach (`$name in 'SQLitePCLRaw.core', 'Npgsql') { ([AppDomain]::CurrentDomain.GetAssemblies() | Where-Object { `$_.GetName().Name -eq `$name }).Count }
"@ | Should -Be 'v', 'KvStore.StorageUnavailable', '2', '2'
    }

    It 'is taken by Publish-PSResource and installed from there' -Skip:($null -ne $noClient) {
        $feed = Join-Path $modules feed
        $installed = Join-Path $modules 'installed ü'
        $null = New-Item $feed, $installed -ItemType Directory -Force
        $name = "kvstore-$([guid]::NewGuid().ToString('n').Substring(0, 8))"
        Register-PSResourceRepository $name -Uri $feed -Trusted
        try {
            Publish-PSResource -Path $package -Repository $name
            Save-PSResource KvStore -Repository $name -Path $installed
        } finally {
            Unregister-PSResourceRepository $name
        }
        Invoke-Fresh 'Set-KvItem k v -Store s; (Get-KvItem k -Store s).Value' -ModulePath $installed | Should -Be 'v'
    }
}
