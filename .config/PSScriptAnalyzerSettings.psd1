# Invoke-ScriptAnalyzer . -Recurse takes these by itself; each rule that is left out, with the reason.
@{
    Severity     = @('Error', 'Warning')
    ExcludeRules = @(
        # Functions inside of scripts, which nobody calls with -WhatIf.
        'PSUseShouldProcessForStateChangingFunctions'
        # UTF-8 without one is what PowerShell 7 reads and the repository keeps.
        'PSUseBOMForUnicodeEncodedFile'
        # Pester's blocks share variables in a way that the rule does not see.
        'PSUseDeclaredVarsMoreThanAssignments'
        # Tests run commands that come as text: what a completer gives, what a document shows.
        'PSAvoidUsingInvokeExpression'
        # Tests make up passwords, to see that they are shown nowhere.
        'PSAvoidUsingConvertToSecureStringWithPlainText'
        # A parameter used in a nested block counts as unused to the rule.
        'PSReviewUnusedParameter'
    )
}
