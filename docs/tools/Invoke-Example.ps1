<#
.SYNOPSIS
Runs the examples of Markdown documents and tells what each one gives.
.DESCRIPTION
A fence marked "powershell" is code, and the fence marked "Output" behind it is what that code shows. All code beneath one
heading is one session, which begins with an empty default storage in an empty folder; so each heading's example can be
tried by itself. A fence with any other mark is not run.

The session shows what a console of 80 columns shows: output, errors, warnings, and what -WhatIf says. Its folder is shown
as /home/me.

Run it in a process of its own with redirected output, as -Update does: what the host writes is caught there.
.PARAMETER Path
The documents.
.PARAMETER Update
Writes what the code gave into the documents, where it differs.
.OUTPUTS
JSON, an array of objects: Path, Title, Line, Code, Shown (null where the document shows nothing), Actual, and IsAsShown: whether
the two are equal but for times, widths of columns, and which slash this system's paths have.
.EXAMPLE
pwsh -NoProfile -NonInteractive -File docs/tools/Invoke-Example.ps1 docs/cmdlets/Set-KvItem.md | ConvertFrom-Json
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0, ValueFromRemainingArguments)]
    [string[]] $Path,

    [switch] $Update
)

$ErrorActionPreference = 'Stop'
$PSStyle.OutputRendering = 'PlainText'
[cultureinfo]::CurrentCulture = 'en-US'
$shownFolder = '/home/me'

# The examples of a document: fences of code with what is shown behind each.
function Read-Example([string] $Document) {
    $lines = [IO.File]::ReadAllLines($Document)
    $title = ''
    $section = 0
    $example = $null
    for ($i = 0; $i -lt $lines.Count; $i++) {
        if ($lines[$i] -match '^#+ (?<title>.*)') {
            $title = $Matches.title
            $section = $i
            $example = $null
        } elseif ($lines[$i] -match '^```(?<mark>\S*)') {
            $mark = $Matches.mark
            $start = $i + 1
            do { $i++ } until ($lines[$i] -eq '```')
            $text = ($i -gt $start ? $lines[$start..($i - 1)] : @()) -join "`n"
            if ($mark -eq 'powershell') {
                $example = [pscustomobject]@{ Path = $Document; Title = $title; Section = $section; Line = $start + 1; Code = $text; End = $i; Shown = $null; ShownLines = $null; Actual = $null; IsAsShown = $false }
                $example
            } elseif ($mark -eq 'Output' -and $example) {
                $example.Shown = $text
                $example.ShownLines = @($start, $i)
                $example = $null
            }
        }
    }
}

# What is typed at a prompt is one statement after the other, each with its own output.
function Invoke-Statement([runspace] $Runspace, [string] $Statement, [IO.TextWriter] $Console, [int] $Width) {
    $shell = [powershell]::Create($Runspace)
    try {
        $null = $shell.AddScript($Statement, $false)
        $shell.Commands.Commands[0].MergeMyResults('Error', 'Output')
        $null = $shell.AddCommand('Out-String').AddParameter('Stream').AddParameter('Width', $Width)
        $shown = try { $shell.Invoke() } catch [System.Management.Automation.RuntimeException] {
            $record = $_.Exception.InnerException.ErrorRecord
            Out-String -InputObject $record -Stream -Width $Width
        }
        foreach ($line in $shown) { $Console.WriteLine($line) }
    } finally {
        $shell.Dispose()
    }
}

function Invoke-Session([object[]] $Examples, [string] $Folder) {
    $env:KVSTORE_CONNECTION = 'sqlite:///' + (Join-Path $Folder kv.db).Replace('\', '/')
    $state = [initialsessionstate]::CreateDefault()
    $state.ImportPSModule((Join-Path $PSScriptRoot ../../KvStore.psd1))
    $runspace = [runspacefactory]::CreateRunspace($Host, $state)
    $runspace.ThreadOptions = 'UseCurrentThread'
    $runspace.Open()
    $null = $runspace.SessionStateProxy.Path.SetLocation($Folder)
    # Shown as a shorter one, the folder would otherwise be cut off where there is room.
    $width = 80 + [Math]::Max(0, $Folder.Length - $shownFolder.Length)
    try {
        foreach ($example in $Examples) {
            $null = $console.GetStringBuilder().Clear()
            $script = [scriptblock]::Create($example.Code).Ast
            foreach ($statement in $script.EndBlock.Statements) {
                Invoke-Statement $runspace $statement.Extent.Text $console $width
            }
            # In some systems' times a narrow no-break space stands before AM and PM.
            $text = $console.ToString().Replace($Folder, $shownFolder).Replace([char]0x202F, ' ')
            # A console sets tables off by empty lines; a document does with one between what belongs together.
            $example.Actual = ($text -replace '[ \t]+(?=\r?\n)' -replace '\r' -replace '\n{3,}', "`n`n").Trim("`n")
            $example.IsAsShown = (Get-Comparable $example.Actual) -ceq (Get-Comparable $example.Shown)
        }
    } finally {
        $runspace.Dispose()
        Get-KvStorage | Disconnect-KvStorage
    }
}

function Get-Comparable([string] $Text) {
    $time = '\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\S*|\d+/\d+/\d{4} \d+:\d\d:\d\d [AP]M [+-]\d\d:\d\d|\d\d:\d\d:\d\d\.\d+'
    ($Text -replace $time, '(time)' -replace '\\', '/' -replace '\s+', ' ').Trim()
}

function Update-Document([string] $Document, [object[]] $Examples) {
    $lines = [Collections.Generic.List[string]] [IO.File]::ReadAllLines($Document)
    foreach ($example in $Examples | Where-Object IsAsShown -EQ $false | Sort-Object Line -Descending) {
        $output = $example.Actual ? @($example.Actual -split "`n") : @()
        if ($example.ShownLines) {
            $lines.RemoveRange($example.ShownLines[0], $example.ShownLines[1] - $example.ShownLines[0])
            $lines.InsertRange($example.ShownLines[0], [string[]] $output)
        } elseif ($output) {
            $lines.InsertRange($example.End + 1, [string[]] (@('', '```Output') + $output + '```'))
        }
    }
    [IO.File]::WriteAllText($Document, ($lines -join "`n") + "`n")
}

Import-Module (Join-Path $PSScriptRoot ../../KvStore.psd1)
$out = [Console]::Out
# One for all: the host keeps the writer that it meets first.
$console = [IO.StringWriter]::new()
[Console]::SetOut($console)
$work = [IO.Directory]::CreateTempSubdirectory('kvstore-example-').FullName
try {
    $number = 0
    $all = foreach ($document in Convert-Path $Path) {
        $examples = @(Read-Example $document)
        foreach ($session in $examples | Group-Object Section) {
            $folder = (New-Item (Join-Path $work ($number++)) -ItemType Directory).FullName
            Invoke-Session $session.Group $folder
        }
        if ($Update -and $examples) { Update-Document $document $examples }
        $examples
    }
} finally {
    [Console]::SetOut($out)
    Remove-Item $work -Recurse -Force
}
$out.WriteLine((ConvertTo-Json @($all | Select-Object Path, Title, Line, Code, Shown, Actual, IsAsShown)))
