// Reading streams: what Select-Object -First does not take is never read.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Gets items by key or pattern, those of a namespace, or all beneath it.</summary>
[Cmdlet(VerbsCommon.Get, "KvItem", DefaultParameterSetName = KeySet)]
[OutputType(typeof(KvItem))]
public sealed class GetKvItemCommand : KvKeyCmdlet
{
    private WildcardPattern? _valuePattern;

    /// <summary>All beneath the namespace, at any depth. A key is then a pattern of the last components: <c>-Key vol*/size</c> finds <c>a/b/vol1/size</c>.</summary>
    [Parameter(ParameterSetName = KeySet)]
    public SwitchParameter Recurse { get; set; }

    /// <summary>A wildcard that the value fits, without regard to case.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string? ValueLike { get; set; }

    /// <summary>The store's revision at which its items are read, on a storage that keeps history; what has expired since is not among them.</summary>
    [Parameter]
    [ValidateRange(0L, long.MaxValue)]
    public long? Revision { get; set; }

    /// <summary>Converts each value from JSON.</summary>
    [Parameter]
    public SwitchParameter AsJson { get; set; }

    /// <inheritdoc/>
    protected override void Begin() =>
        _valuePattern = ValueLike is null ? null : WildcardPattern.Get(ValueLike, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);

    /// <inheritdoc/>
    protected override void ProcessKeys()
    {
        KvTarget target = GetTargetAtRevision();
        IReadOnlyList<KeySelector> keys = GetKeys();
        if (Recurse)
        {
            WriteItems(target, GetAllBeneath(target).Where(item => keys.Count == 0 || keys.Any(key => key.Pattern.IsMatchOfEnd(item.Key))));
        }
        else if (keys.Count == 0)
        {
            WriteItems(target, KvSearch.GetItems(target.Storage, target.Store, target.NamespacePath, Cancellation).Select(target.Show));
        }
        else
        {
            foreach (KeySelector key in keys)
            {
                Report(() => WriteItems(target, Find(target, key)));
            }
        }
    }

    private KvTarget GetTargetAtRevision()
    {
        KvTarget target = GetTarget();
        return Revision is { } revision ? target with { Storage = new MomentStorage(target.Storage, revision) } : target;
    }

    private IEnumerable<KvItem> GetAllBeneath(KvTarget target) =>
        target.Storage.Scan(target.Store, KvRange.Beneath(target.NamespacePath), Cancellation).Select(target.Show);

    private IEnumerable<KvItem> Find(KvTarget target, KeySelector key)
    {
        if (key.HasWildcard)
        {
            return KvSearch.FindItems(target.Storage, target.Store, target.NamespacePath, key.Pattern, Cancellation).Select(target.Show);
        }

        string fullKey = key.GetFullKey(target);
        return [target.Show(target.Storage.Get(target.Store, fullKey, Cancellation) ?? throw NotFound(target, fullKey))];
    }

    // A misspelled store reads as an empty one; who asks for an item of it is told.
    private KvException NotFound(KvTarget target, string fullKey)
    {
        string advice = target.Storage.GetStore(target.Store, Cancellation) is null
            ? "There is no such store; Get-KvStore lists those there are."
            : "Keys are case-sensitive; Get-KvItem with a wildcard or -Recurse shows what there is.";
        return new KvException(KvError.ItemNotFound, $"There is no item '{KvPath.ToAbsolute(fullKey)}' in store '{target.Store}' of storage '{target.StorageName}'{(Revision is null ? "" : $" at revision {Revision}")}. {advice}", fullKey);
    }

    private void WriteItems(KvTarget target, IEnumerable<KvItem> items)
    {
        bool isEmpty = true;
        foreach (KvItem item in items)
        {
            isEmpty = false;
            if (_valuePattern is not null && !_valuePattern.IsMatch(item.Value))
            {
                continue;
            }

            if (AsJson)
            {
                Report(() => WriteObject(WithObject(item)));
            }
            else
            {
                WriteObject(item);
            }
        }

        if (isEmpty)
        {
            TellIfMissing(target);
        }
    }

    // Still an item, with all that it tells; only its value is the object.
    private static PSObject WithObject(KvItem item)
    {
        var result = new PSObject(item);
        result.Properties.Add(new PSNoteProperty(nameof(KvItem.Value), JsonReading.Read(item.FullKey, item.Value)));
        return result;
    }
}
