// Item properties: what is known of a node beyond its value, by name; the value is the one that can be set.
using System.Collections.ObjectModel;
using System.Management.Automation;

namespace KvStore.PowerShell;

public sealed partial class KvProvider
{
    private const string ValueProperty = nameof(KvNodeInfo.Value);

    /// <inheritdoc/>
    public void GetProperty(string path, Collection<string>? providerSpecificPickList) => Run(path, target =>
    {
        var node = new PSObject(Require(target));
        var picked = new PSObject();
        foreach (PSPropertyInfo property in node.Properties)
        {
            if (providerSpecificPickList is null or { Count: 0 } || providerSpecificPickList.Any(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase).IsMatch(property.Name)))
            {
                picked.Properties.Add(new PSNoteProperty(property.Name, property.Value));
            }
        }

        foreach (string name in providerSpecificPickList ?? [])
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name) && picked.Properties[name] is null)
            {
                throw new KvException(KvError.InvalidValue, $"'{target}' has no property '{name}'. Get-ItemProperty without -Name shows them all.", name);
            }
        }

        WritePropertyObject(picked, path);
    });

    /// <inheritdoc/>
    public object? GetPropertyDynamicParameters(string path, Collection<string>? providerSpecificPickList) => null;

    /// <inheritdoc/>
    public void SetProperty(string path, PSObject propertyValue) => Run(path, target =>
    {
        PSPropertyInfo[] properties = [.. propertyValue.Properties];
        if (properties.FirstOrDefault(property => !IsValue(property.Name)) is { } other)
        {
            throw new KvException(KvError.NotSupported, $"Property '{other.Name}' cannot be set: only {ValueProperty} can. Versions and times are the storage's.", other.Name);
        }

        string key = GetKey(target);
        if (properties is [var value] && ShouldProcess(target.ToString(), "Set property"))
        {
            Commit(target, new KvBatch().Set(key, ItemText.FromValue(key, value.Value ?? ""), Find(target)?.Expires));
            WritePropertyObject(propertyValue, path);
        }
    });

    /// <inheritdoc/>
    public object? SetPropertyDynamicParameters(string path, PSObject propertyValue) => null;

    /// <inheritdoc/>
    public void ClearProperty(string path, Collection<string> propertyToClear)
    {
        if (propertyToClear.FirstOrDefault(name => !IsValue(name)) is { } other)
        {
            WriteError(KvErrorRecord.From(new KvException(KvError.NotSupported, $"Property '{other}' cannot be cleared: only {ValueProperty} can. Versions and times are the storage's.", other)));
            return;
        }

        ClearItem(path);
    }

    /// <inheritdoc/>
    public object? ClearPropertyDynamicParameters(string path, Collection<string> propertyToClear) => null;

    private static bool IsValue(string name) => name.Equals(ValueProperty, StringComparison.OrdinalIgnoreCase);
}
