// A script block as a transaction: Core makes it one, this runs it so that no error goes by, and holds back what it emits.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>
/// Runs a script block whose commands on one store read a consistent state and write all or nothing, at its end. What it emits is
/// passed on when it is committed. When something that it read has changed meanwhile, it runs again, from the start.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "KvTransaction")]
[OutputType(typeof(object))]
public sealed class InvokeKvTransactionCommand : KvStorageCmdlet
{
    // Within a try statement no error of a command can be passed over, not even in a function of another module. Run from
    // here by itself, a block of another runspace would run on that one's thread, which is in no transaction.
    private const string Wrapper = "$KvStoreBlock, $KvStoreArguments = $args; try { & $KvStoreBlock @KvStoreArguments } catch { throw }";

    /// <summary>The script block. An error in it ends it, whatever $ErrorActionPreference is, and so does break; nothing is written then.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>The store that the transaction covers; without it the first one that a command in the script block reads or writes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StoreCompleter))]
    public string? Store { get; set; }

    /// <summary>How often the script block is run again at most, when something that it read has changed before it could commit.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MaximumRetryCount { get; set; } = KvTransaction.DefaultRetryCount;

    /// <summary>What the script block gets as its parameters.</summary>
    [Parameter]
    [Alias("Args")]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ArgumentList { get; set; }

    /// <inheritdoc/>
    protected override void Process() => Report(Run, isTerminating: true);

    private void Run()
    {
        KvStorage? storage = Storage is null && Store is null ? null : GetStorage();
        foreach (PSObject output in KvTransaction.Run(RunBlock, storage, Store, MaximumRetryCount, Cancellation))
        {
            WriteObject(output);
        }
    }

    private IReadOnlyList<PSObject> RunBlock()
    {
        var stop = new PSVariable("ErrorActionPreference", ActionPreference.Stop);
        return ScriptBlock.Create(Wrapper).InvokeWithContext(functionsToDefine: null, [stop], ScriptBlock, ArgumentList ?? []);
    }
}
