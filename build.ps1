#!/usr/bin/env pwsh
<#
.SYNOPSIS
Builds KvStore and imports it into the session, or does another task of its life.
.DESCRIPTION
Thin over `dotnet`: `dotnet build` alone lays out the same module.
.PARAMETER Task
Build (the default) builds and imports the module. Test runs all tests. Package lays out the module as it is published:
Publish-PSResource -Path takes the folder that it emits. Docs regenerates the help in docs/ and the output that its examples
show (needs Microsoft.PowerShell.PlatyPS). Clean removes what a build made.
.PARAMETER Configuration
Debug or Release; both are optimized. A package is always Release.
.PARAMETER Destination
Where Package makes its folder KvStore/<version>; without it in out. A folder of PSModulePath installs the module.
.EXAMPLE
./build.ps1
.EXAMPLE
./build.ps1 -Task Test
.EXAMPLE
Publish-PSResource -Path (./build.ps1 -Task Package) -Repository MyFeed
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Package', 'Docs', 'Clean')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug',

    [string] $Destination = (Join-Path $PSScriptRoot 'out')
)

$ErrorActionPreference = 'Stop'
$manifest = Join-Path $PSScriptRoot 'KvStore.psd1'
$Destination = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Destination)

function Invoke-DotNet {
    dotnet @args | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($args -join ' ') failed with exit code $LASTEXITCODE."
    }
}

# The module as it is published: built anew from src into an empty folder, whatever an earlier build left in bin.
# README and docs stay behind: they speak to whoever has the repository, the package has its about_ topics.
function New-ModulePackage {
    $package = Join-Path $Destination 'KvStore' (Test-ModuleManifest $manifest).Version
    if (Test-Path -LiteralPath $package) {
        Remove-Item -LiteralPath $package -Recurse -Force
    }

    foreach ($project in Get-ChildItem src/KvStore.PowerShell/*.csproj, src/KvStore.Storage.*/*.csproj) {
        Invoke-DotNet build $project.FullName --configuration Release '-p:DebugType=none' "-p:ModuleRoot=$package/"
    }

    # Plugins are loaded by their deps.json; documentation is for whoever derives from Core.
    Get-ChildItem -LiteralPath $package -Recurse -File |
        Where-Object { $_.Name -like '*.runtimeconfig.json' -or $_.Name -like 'KvStore.PowerShell.deps.json' -or ($_.Extension -eq '.xml' -and $_.Directory.Name -ne 'en-US' -and $_.Name -ne 'KvStore.Core.xml') } |
        Remove-Item

    Copy-Item $manifest, LICENSE, docs/THIRD-PARTY-NOTICES.txt -Destination $package
    Get-Item -LiteralPath $package
}

Push-Location $PSScriptRoot
try {
    switch ($Task) {
        'Build' {
            Invoke-DotNet build --configuration $Configuration
            Import-Module $manifest -Force -Global
        }
        'Test' { Invoke-DotNet test --configuration $Configuration }
        'Package' { New-ModulePackage }
        'Docs' {
            Invoke-DotNet build --configuration $Configuration
            # This session may have loaded the module, and with it the help as it was.
            & ([Environment]::ProcessPath) -NoProfile -File ./docs/Update-Help.ps1 -Examples
            Invoke-DotNet build --configuration $Configuration
        }
        'Clean' {
            # The help in docs/en-US is a source, that beside the manifest was laid out by a build.
            $made = @(Get-ChildItem -Path . -Include bin, obj, TestResults -Directory -Recurse) + @(Get-Item -Path en-US, out -ErrorAction Ignore)
            $made | Where-Object { Test-Path -LiteralPath $_.FullName } | Remove-Item -Recurse -Force
        }
    }
} finally {
    Pop-Location
}
