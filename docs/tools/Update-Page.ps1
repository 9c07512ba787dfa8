<#
.SYNOPSIS
Brings the page of a cmdlet up to date: structure from the module, words from the page.
.DESCRIPTION
platyPS's own Update-MarkdownCommandHelp adds what it thinks is missing to texts that people wrote, and leaves out accepted
values and defaults. So the page is made anew from the command, and what people wrote is put into it.
.PARAMETER Command
The cmdlet, of the module without its help.
.PARAMETER Folder
The folder of the pages.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, ValueFromPipeline)]
    [System.Management.Automation.CmdletInfo] $Command,

    [Parameter(Mandatory)]
    [string] $Folder
)

begin {
    $ErrorActionPreference = 'Stop'
    $commonText = @{
        WhatIf  = 'Tells what the command would do, and does nothing.'
        Confirm = 'Asks for confirmation before each change.'
    }

    # What a cmdlet has before anything is bound to it.
    function Get-DefaultText([System.Management.Automation.CmdletInfo] $Command, [string] $Parameter) {
        if ($Command.Parameters[$Parameter].SwitchParameter) { return 'False' }
        $property = $Command.ImplementingType.GetProperty($Parameter)
        $value = if ($property) { $property.GetValue([activator]::CreateInstance($Command.ImplementingType)) }
        $text = "$value"
        if ($value -is [System.Collections.IDictionary] -or -not $text) { 'None' } else { $text }
    }

    function Get-AcceptedValue([System.Management.Automation.ParameterMetadata] $Parameter) {
        $set = $Parameter.Attributes.Where({ $_ -is [System.Management.Automation.ValidateSetAttribute] })
        if ($set) { $set.ValidValues } elseif ($Parameter.ParameterType.IsEnum) { [enum]::GetNames($Parameter.ParameterType) }
    }
}

process {
    $file = Join-Path $Folder "$($Command.Name).md"
    $page = New-CommandHelp $Command
    $old = (Test-Path $file) ? (Import-MarkdownCommandHelp $file) : $page
    $page.Metadata.Remove('ms.date')
    $page.Synopsis = $old.Synopsis
    $page.Description = $old.Description
    $page.Notes = $old.Notes
    foreach ($list in 'Examples', 'Inputs', 'Outputs', 'RelatedLinks') {
        $texts = @($old.$list)
        $page.$list.Clear()
        foreach ($text in $texts) { $page.$list.Add($text) }
    }

    foreach ($parameter in $page.Parameters) {
        $metadata = $Command.Parameters[$parameter.Name]
        $parameter.Type = ([Nullable]::GetUnderlyingType($metadata.ParameterType) ?? $metadata.ParameterType).FullName
        $parameter.DefaultValue = Get-DefaultText $Command $parameter.Name
        $parameter.AcceptedValues.Clear()
        foreach ($value in Get-AcceptedValue $metadata) { $parameter.AcceptedValues.Add($value) }
        $written = $old.Parameters.Where({ $_.Name -eq $parameter.Name }).Description
        $parameter.Description = $commonText[$parameter.Name] ?? $written ?? "{{ Fill $($parameter.Name) Description }}"
    }

    $made = [IO.Directory]::CreateTempSubdirectory('kvstore-page-').FullName
    try {
        $text = Get-Content -Raw ($page | Export-MarkdownCommandHelp -OutputFolder $made -Force)
    } finally {
        Remove-Item $made -Recurse
    }

    # Without aliases and dates of pages there is nothing to fill in for them.
    $text = $text -replace '(?m)^ms\.date:.*\r?\n' -replace '(?s)## ALIASES.*?(?=## DESCRIPTION)' -replace '\r'
    [IO.File]::WriteAllText((Join-Path (Convert-Path $Folder) "$($Command.Name).md"), $text.Trim("`n") + "`n")
}
