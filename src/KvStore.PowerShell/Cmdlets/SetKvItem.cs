// Writing goes in batches; each item stands or falls by itself.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>
/// Sets items. What comes through a pipeline is committed in batches of up to 1,000 items or about 1 MiB, the last when the
/// pipeline ends; when it is stopped, by Ctrl+C or an error upstream, the batch at hand is not written. Of several values for
/// one key the last wins.
/// </summary>
[Cmdlet(VerbsCommon.Set, "KvItem", SupportsShouldProcess = true)]
[OutputType(typeof(KvItem))]
public sealed class SetKvItemCommand : KvTargetCmdlet
{
    private PipelineWriter? _writer;
    private bool _isKeyTyped;

    /// <summary>The key relative to the namespace. What comes through the pipeline is taken literally.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Key { get; set; } = "";

    /// <summary>The value: text, which may be empty; a number, a character, or a Boolean (<c>true</c>, <c>false</c>); with -AsJson any data.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Value { get; set; }

    /// <summary>When the item ceases to be, on a storage that can expire items; without it never.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EmptyIsNull]
    public DateTimeOffset? Expires { get; set; }

    /// <summary>Stores the value as compact JSON; Get-KvItem -AsJson gives it back.</summary>
    [Parameter]
    public SwitchParameter AsJson { get; set; }

    /// <summary>An item that exists already is an error, and stays as it is.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Emits each item as it was committed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        _writer = new PipelineWriter(this, PassThru, NoClobber, Cancellation);
        _isKeyTyped = IsTyped(nameof(Key));
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvTarget target = GetTarget();
        string fullKey = _isKeyTyped ? target.GetFullKey(Key) : target.GetExactFullKey(Key);
        string value = AsJson ? JsonWriting.Write(fullKey, Value, _writer!.GetLimits(target).MaximumValueSize) : ItemText.FromValue(fullKey, Value);
        if (ShouldProcess(target.Describe(fullKey), "Set item"))
        {
            _writer!.Set(target, fullKey, value, Expires);
        }
    }

    /// <inheritdoc/>
    protected override void End() => _writer!.Flush();
}
