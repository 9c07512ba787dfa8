<#
.SYNOPSIS
Makes the text that Get-Help about_… shows from topics in Markdown.
.DESCRIPTION
The topics are written so that little is to be done: lines of at most 76 characters, tables with their columns aligned.
.PARAMETER Topic
The topics, named about_….md.
.PARAMETER OutFolder
Where about_….help.txt goes.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string[]] $Topic,

    [Parameter(Mandatory)]
    [string] $OutFolder
)

$ErrorActionPreference = 'Stop'

# Get-Help takes the fifth line for the synopsis: the topic's name and its short description must stand just so.
function ConvertTo-AboutText([string[]] $Lines) {
    $isCode = $false
    switch -Regex ($Lines) {
        '^```' { $isCode = -not $isCode; continue }
        { $isCode } { $_ ? "        $_" : ''; continue }
        '^# (.*)' { 'TOPIC', "    $($Matches[1])"; continue }
        '^## (.*)' { $Matches[1].ToUpperInvariant(); continue }
        '^### (.*)' { "  $($Matches[1])"; continue }
        '^\|[-| ]+\|$' { continue }
        '^$' { ''; continue }
        default { '    ' + ($_ -replace '`([^`]+)`', '$1' -replace '\[([^\]]+)\]\([^)]*\)', '$1') }
    }
}

foreach ($file in Convert-Path $Topic) {
    # An empty line behind a heading sets off Markdown, but not this form.
    $text = ((ConvertTo-AboutText ([IO.File]::ReadAllLines($file))) -join "`n") -replace '(?m)^(\S.*\S)\n\n(?= )', "`$1`n"
    [IO.File]::WriteAllText((Join-Path (Convert-Path $OutFolder) "$([IO.Path]::GetFileNameWithoutExtension($file)).help.txt"), $text.Trim("`n") + "`n")
}
