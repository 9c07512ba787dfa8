<#
.SYNOPSIS
Brings the help up to date with the built module.
.DESCRIPTION
Three steps: the pages in cmdlets/ get the parameters and the syntax of the module, a new cmdlet a page to be filled in; the
pages become en-US/KvStore.PowerShell.dll-Help.xml; the topics in about/ become text beside it. What people wrote in the pages
stays. The results are committed, and each build copies en-US/ to where Get-Help looks.

Needs the module Microsoft.PowerShell.PlatyPS, and a process that has not loaded KvStore: build.ps1 -Task Docs starts one.
.PARAMETER Folder
The folder with cmdlets/, about/ and en-US/; the one that this script lies in without it.
.PARAMETER Examples
Runs the examples of all pages and topics, and writes what they give into the documents.
.EXAMPLE
./build.ps1 -Task Docs
.EXAMPLE
pwsh -NoProfile -File docs/Update-Help.ps1 -Examples
#>
[CmdletBinding()]
param(
    [string] $Folder = $PSScriptRoot,

    [switch] $Examples
)

$ErrorActionPreference = 'Stop'
$root = Join-Path $PSScriptRoot ..
if (-not (Get-Module Microsoft.PowerShell.PlatyPS -ListAvailable)) {
    throw 'The module Microsoft.PowerShell.PlatyPS is not installed, and makes the help: Install-PSResource Microsoft.PowerShell.PlatyPS. Builds and tests do without it.'
}

if ($Examples) {
    $null = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -File $PSScriptRoot/tools/Invoke-Example.ps1 $Folder/cmdlets/*.md $Folder/about/*.md -Update
    if ($LASTEXITCODE -ne 0) { throw 'The examples could not be run.' }
}

# Beside its help, the module would tell platyPS what the pages say already, and each text would stand there twice.
$bare = [IO.Directory]::CreateTempSubdirectory('kvstore-help-').FullName
try {
    Copy-Item $root/KvStore.psd1, $root/bin $bare -Recurse
    Import-Module $bare/KvStore.psd1
    Import-Module Microsoft.PowerShell.PlatyPS
    Get-Command -Module KvStore | & $PSScriptRoot/tools/Update-Page.ps1 -Folder $Folder/cmdlets
    & $PSScriptRoot/tools/Export-HelpXml.ps1 -Page $Folder/cmdlets/*.md -OutFile $Folder/en-US/KvStore.PowerShell.dll-Help.xml
    & $PSScriptRoot/tools/Export-AboutText.ps1 -Topic $Folder/about/*.md -OutFolder $Folder/en-US
} finally {
    # Windows keeps the files of a loaded module until the process ends.
    Remove-Item $bare -Recurse -Force -ErrorAction Ignore
}
