#!/usr/bin/env pwsh
<#
.SYNOPSIS
Builds KvStore and imports it into the session, or does another task of its life.
.DESCRIPTION
Thin over `dotnet`: `dotnet build` alone lays out the same module.
.PARAMETER Task
Build (the default) builds and imports the module. Test runs all tests. Package lays out the module as it is published,
under out/KvStore/<version>. Docs regenerates the help in docs/ and the output that its examples show (needs Microsoft.PowerShell.PlatyPS). Clean removes
what a build made.
.PARAMETER Configuration
Debug or Release; both are optimized, only Release is packaged.
.EXAMPLE
./build.ps1
.EXAMPLE
./build.ps1 -Task Test
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Package', 'Docs', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = $Task -eq 'Package' ? 'Release' : 'Debug'
)

$ErrorActionPreference = 'Stop'
$manifest = Join-Path $PSScriptRoot 'KvStore.psd1'

function Invoke-DotNet {
    dotnet @args | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($args -join ' ') failed with exit code $LASTEXITCODE."
    }
}

# The module as it is published: what the manifest needs and nothing of the build.
function New-ModulePackage {
    $version = (Test-ModuleManifest $manifest).Version
    $package = Join-Path $PSScriptRoot "out/KvStore/$version"
    if (Test-Path $package) {
        Remove-Item $package -Recurse -Force
    }

    $bin = Join-Path $PSScriptRoot 'bin'
    $files = Get-ChildItem $bin -File -Recurse | Where-Object Extension -NotIn '.pdb'
    foreach ($file in $files) {
        $target = Join-Path $package 'bin' ([IO.Path]::GetRelativePath($bin, $file.FullName))
        $null = New-Item (Split-Path $target) -ItemType Directory -Force
        Copy-Item $file.FullName $target
    }

    Copy-Item $manifest, (Join-Path $PSScriptRoot 'LICENSE'), (Join-Path $PSScriptRoot 'README.md') $package
    if (Test-Path (Join-Path $PSScriptRoot 'en-US')) {
        Copy-Item (Join-Path $PSScriptRoot 'en-US') $package -Recurse
    }

    Get-Item $package
}

Push-Location $PSScriptRoot
try {
    switch ($Task) {
        'Build' {
            Invoke-DotNet build --configuration $Configuration
            Import-Module $manifest -Force -Global
        }
        'Test' { Invoke-DotNet test --configuration $Configuration }
        'Package' {
            Invoke-DotNet build --configuration $Configuration
            New-ModulePackage
        }
        'Docs' {
            Invoke-DotNet build --configuration $Configuration
            # This session may have loaded the module, and with it the help as it was.
            & ([Environment]::ProcessPath) -NoProfile -File ./docs/Update-Help.ps1 -Examples
            Invoke-DotNet build --configuration $Configuration
        }
        'Clean' {
            Get-ChildItem -Path . -Include bin, obj, out, en-US, TestResults -Directory -Recurse | Remove-Item -Recurse -Force
        }
    }
} finally {
    Pop-Location
}
