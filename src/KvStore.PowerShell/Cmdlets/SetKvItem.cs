// Writing goes in batches; each item stands or falls by itself.
using System.Collections.ObjectModel;
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>
/// Sets items. What comes through a pipeline is committed in batches of up to 1,000 items or about 1 MiB, the last when the
/// pipeline ends; when it is stopped, by Ctrl+C or an error upstream, the batch that is being collected is not written. A full
/// one is committed while the next is collected. Of several values for one key the last wins.
/// </summary>
[Cmdlet(VerbsCommon.Set, "KvItem", SupportsShouldProcess = true)]
[OutputType(typeof(KvItem))]
public sealed class SetKvItemCommand : KvTargetCmdlet
{
    private PipelineWriter? _writer;
    private bool _isKeyTyped;
    private bool _hasPipedValue;

    /// <summary>The key relative to the namespace. What comes through the pipeline is taken literally.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string Key { get; set; } = "";

    /// <summary>The value: text, which may be empty; a number, a character, or a Boolean (<c>true</c>, <c>false</c>); with -AsJson any data. A script block makes it of what comes through the pipeline, <c>-Key { $_.Name } -Value { $_.Id }</c>; with a typed -Key it may be what comes, one for the key.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Value { get; set; }

    /// <summary>When the item ceases to be, on a storage that can expire items; without it never.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [EmptyIsNull]
    public DateTimeOffset? Expires { get; set; }

    /// <summary>How long the item is to be, on a storage that can expire items, at most a hundred years: a time span, or a number of seconds.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Duration]
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>Stores the value as compact JSON; Get-KvItem -AsJson gives it back.</summary>
    [Parameter]
    public SwitchParameter AsJson { get; set; }

    /// <summary>An item that exists already is an error, and stays as it is.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>The version that the item must have when it is written; else it stays as it is, and is an error.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [NullIsZero]
    public long? IfVersion { get; set; }

    /// <summary>Emits each item as it was committed.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        _writer = new PipelineWriter(this, Tell, PassThru, Cancellation);
        _isKeyTyped = IsTyped(nameof(Key));
    }

    /// <inheritdoc/>
    protected override void Process()
    {
        KvTarget target = GetTarget();
        string fullKey = _isKeyTyped ? target.GetFullKey(Key) : target.GetExactFullKey(Key);
        string value = GetText(fullKey, target);
        long? version = GetRequiredVersion();
        DateTimeOffset? expires = GetExpiry(fullKey);
        if (ShouldProcessRecord(target, fullKey, "Set item"))
        {
            _writer!.Set(target, fullKey, value, expires, version);
        }
    }

    /// <inheritdoc/>
    protected override void End() => _writer!.Flush();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _writer?.Dispose();
        }

        base.Dispose(disposing);
    }

    private long? GetRequiredVersion()
    {
        long? version = VersionCondition.Check(IfVersion);
        if (!NoClobber)
        {
            return version;
        }

        return version is null ? 0 : throw new KvException(KvError.InvalidValue, "-NoClobber and -IfVersion exclude each other: an item that must not exist has no version.", version);
    }

    private DateTimeOffset? GetExpiry(string fullKey)
    {
        // A piped item tells its own expiry; a time to live that was typed is what the user wants instead.
        if (TimeToLive is null)
        {
            return ItemExpiry.Check(fullKey, Expires);
        }

        return IsTyped(nameof(Expires))
            ? throw new KvException(KvError.InvalidValue, "-TimeToLive and -Expires exclude each other: both say when the item ceases to be.", fullKey)
            : ItemExpiry.After(TimeToLive.Value);
    }

    private string GetText(string fullKey, KvTarget target)
    {
        // PowerShell runs script blocks given for parameters of a certain type, as -Key; for one that takes any object it leaves that to the command.
        object? value = Value is ScriptBlock script && InputObject is not null ? Invoke(script, InputObject) : Value;
        if (value is null && !MyInvocation.BoundParameters.ContainsKey(nameof(Value)))
        {
            value = GetPipedValue(fullKey);
        }

        return AsJson ? JsonWriting.Write(fullKey, value, _writer!.GetLimits(target).MaximumValueSize) : ItemText.FromValue(fullKey, value);
    }

    private static object? Invoke(ScriptBlock script, PSObject input)
    {
        Collection<PSObject> output = script.InvokeWithContext(functionsToDefine: null, [new PSVariable("_", input)]);
        return output.Count switch
        {
            0 => null,
            1 => output[0],
            _ => output,
        };
    }

    private PSObject GetPipedValue(string fullKey)
    {
        if (!_isKeyTyped || InputObject is null)
        {
            throw new KvException(KvError.InvalidValue, $"Key '{fullKey}' comes without a value. Give one with -Value, pipe it to a command with -Key, or pipe objects with the properties Key and Value.", fullKey);
        }

        if (_hasPipedValue)
        {
            // The lines of a file, say. Ending here leaves the first of them unwritten too.
            ThrowTerminatingError(KvErrorRecord.From(new KvException(
                KvError.InvalidValue,
                $"Several values come for the one key '{fullKey}'; nothing was written. Join lines to one text first (Get-Content -Raw), or give an array as -Value with -AsJson.",
                fullKey)));
        }

        _hasPipedValue = true;
        return InputObject;
    }
}
