// Which items: keys as typed may be patterns, keys that come through the pipeline are what an item told of itself.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>The base of cmdlets that take the keys of items.</summary>
public abstract class KvKeyCmdlet : KvTargetCmdlet
{
    private protected const string KeySet = "Key";
    private protected const string LiteralKeySet = "LiteralKey";

    private KeySelector[]? _typedKeys;

    /// <summary>Keys relative to the namespace. A wildcard (<c>* ? []</c>) matches within one component, with regard to case. What comes through the pipeline is taken literally.</summary>
    [Parameter(Position = 0, ParameterSetName = KeySet, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [NullIsEmpty]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public virtual string[] Key { get; set; } = [];

    /// <summary>Keys relative to the namespace, taken as they are: no wildcards, and white space at the beginning belongs to the key.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralKeySet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KeyCompleter))]
    public string[] LiteralKey { get; set; } = [];

    /// <summary>Does the work for the keys of a record.</summary>
    protected abstract void ProcessKeys();

    /// <inheritdoc/>
    protected sealed override void Process()
    {
        // A drive lists namespaces and stores among items: they pass by.
        if (InputObject?.BaseObject is not KvNodeInfo { IsItem: false } || HasTypedKeys)
        {
            ProcessKeys();
        }
    }

    private bool HasTypedKeys => IsTyped(nameof(Key)) || IsTyped(nameof(LiteralKey));

    /// <summary>The keys of the current record; none if it names only a namespace, or nothing was given.</summary>
    private protected IReadOnlyList<KeySelector> GetKeys()
    {
        if (HasTypedKeys)
        {
            // A variable that holds nothing must not mean all items.
            if (Key.Length + LiteralKey.Length == 0)
            {
                throw new KvException(KvError.InvalidKey, "The key that is given is null or empty. Leave out -Key for all items of the namespace.", Key);
            }

            return _typedKeys ??= [.. LiteralKey.Select(KeySelector.Exact), .. Key.Select(KeySelector.Parse)];
        }

        if (Key.Length > 0)
        {
            return [.. Key.Select(KeySelector.Exact)];
        }

        return InputObject is null || InputObject.Properties[nameof(Namespace)] is not null || InputObject.Properties[nameof(Store)] is not null
            ? []
            : [KeySelector.Exact(ItemText.From(InputObject) ?? throw new KvException(
                KvError.InvalidKey,
                $"An object of type {InputObject.BaseObject.GetType().Name} names no item: text, or an object with the property Key, is needed.",
                InputObject))];
    }

    /// <summary>The keys of the current record.</summary>
    /// <exception cref="KvException"><see cref="KvError.InvalidKey"/>: there is none.</exception>
    private protected IReadOnlyList<KeySelector> GetRequiredKeys() =>
        GetKeys() is { Count: > 0 } keys
            ? keys
            : throw new KvException(KvError.InvalidKey, "No key is given: name one with -Key (a wildcard takes several) or -LiteralKey, or pipe what Get-KvItem emits.", InputObject);
}
