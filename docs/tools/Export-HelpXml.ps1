<#
.SYNOPSIS
Makes the help file that Get-Help reads from the pages of the cmdlets.
.DESCRIPTION
What platyPS 1.0 exports is mended in three points: an example's first fence of code goes where
(Get-Help X).examples.example.code looks for it, paragraphs are paragraphs instead of lines as they stand in the page, and
defaults are there.
.PARAMETER Page
The pages.
.PARAMETER OutFile
The help file.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string[]] $Page,

    [Parameter(Mandatory)]
    [string] $OutFile
)

$ErrorActionPreference = 'Stop'
$namespaces = @{
    maml    = 'http://schemas.microsoft.com/maml/2004/10'
    command = 'http://schemas.microsoft.com/maml/dev/command/2004/10'
    dev     = 'http://schemas.microsoft.com/maml/dev/2004/10'
}

function Select-Node([Xml.XmlNode] $Node, [string] $XPath) {
    Select-Xml -Xml $Node -XPath $XPath -Namespace $namespaces | ForEach-Object Node
}

function Add-Element([Xml.XmlNode] $Parent, [string] $Name, [string] $Text) {
    $element = $Parent.OwnerDocument.CreateElement($Name, $namespaces[($Name -split ':')[0]])
    if ($Text) { $element.InnerText = $Text }
    $Parent.AppendChild($element)
}

# Get-Help breaks lines itself; those of the page would stand in between.
function Split-Paragraph([string] $Text) {
    $Text.Trim() -split '\n{2,}' | Where-Object { $_ } | ForEach-Object { $_ -match '(?m)^[-|]' ? $_ : $_ -replace '\n', ' ' }
}

function Set-Paragraph([Xml.XmlElement] $Parent, [string[]] $Paragraphs) {
    $Parent.RemoveAll()
    foreach ($paragraph in $Paragraphs) { $null = Add-Element $Parent 'maml:para' $paragraph }
}

function Set-Example([Xml.XmlElement] $Example, [string] $Markdown) {
    $introduction = [Collections.Generic.List[string]]::new()
    $remarks = [Collections.Generic.List[string]]::new()
    $code = $null
    foreach ($part in [regex]::Matches($Markdown, '(?ms)^```(?<mark>\w*)\n(?<code>.*?)\n?^```$|(?<text>.+?)(?=^```|\z)')) {
        if ($part.Groups['text'].Success) {
            foreach ($paragraph in Split-Paragraph $part.Value) { ($null -eq $code ? $introduction : $remarks).Add($paragraph) }
        } elseif ($null -eq $code) {
            $code = $part.Groups['code'].Value
        } else {
            $remarks.Add($part.Groups['code'].Value)
        }
    }

    # Get-Help shows the parts right behind each other: line feeds at an introduction's end, and an empty last paragraph of
    # remarks, set them off.
    if ($introduction.Count) { $introduction[-1] += "`n`n" }
    if ($remarks.Count) { $remarks.Add('') }
    Set-Paragraph (Select-Node $Example 'maml:introduction') $introduction
    (Select-Node $Example 'dev:code').InnerText = $code
    Set-Paragraph (Select-Node $Example 'dev:remarks') $remarks
}

function Set-Parameter([Xml.XmlElement] $Command, [object] $Parameter) {
    foreach ($element in Select-Node $Command ".//command:parameter[maml:name='$($Parameter.Name)']") {
        Select-Node $element 'dev:defaultValue' | ForEach-Object { $null = $element.RemoveChild($_) }
        $null = Add-Element $element 'dev:defaultValue' $Parameter.DefaultValue
    }
}

$made = [IO.Directory]::CreateTempSubdirectory('kvstore-maml-').FullName
try {
    $pages = Import-MarkdownCommandHelp (Convert-Path $Page)
    [xml] $help = Get-Content -Raw ($pages | Export-MamlCommandHelp -OutputFolder $made -Force)
} finally {
    Remove-Item $made -Recurse
}

foreach ($command in Select-Node $help '//command:command') {
    $source = $pages | Where-Object Title -EQ (Select-Node $command 'command:details/command:name').InnerText
    foreach ($parent in Select-Node $command './/*[maml:para and not(ancestor-or-self::command:example)]') {
        Set-Paragraph $parent @(Select-Node $parent 'maml:para' | ForEach-Object { Split-Paragraph $_.InnerText })
    }

    $examples = @(Select-Node $command './/command:example')
    for ($i = 0; $i -lt $examples.Count; $i++) { Set-Example $examples[$i] ($source.Examples[$i].Remarks -replace '\r') }
    foreach ($parameter in $source.Parameters) { Set-Parameter $command $parameter }
    Select-Node $command './/maml:navigationLink[maml:linkText="Online Version"]' | ForEach-Object { $null = $_.ParentNode.RemoveChild($_) }
}

$null = New-Item (Split-Path $OutFile) -ItemType Directory -Force
$settings = [Xml.XmlWriterSettings] @{ Indent = $true; NewLineChars = "`n"; Encoding = [Text.UTF8Encoding]::new($false) }
$writer = [Xml.XmlWriter]::Create($OutFile, $settings)
try { $help.Save($writer) } finally { $writer.Dispose() }
[IO.File]::AppendAllText($OutFile, "`n")
