// A case is a sentence about the contract that can be false; its name is the name of the method that proves it.
using System.Reflection;

namespace KvStore.Conformance;

/// <summary>One promise of the storage contract, and the proof of it.</summary>
public sealed class ConformanceCase
{
    private readonly Action<ConformanceContext> _body;

    internal ConformanceCase(MethodInfo method, ConformanceCaseAttribute attribute)
    {
        Name = method.Name;
        Group = method.DeclaringType!.Name.Replace("Cases", "", StringComparison.Ordinal);
        Needs = attribute.Needs;
        Lacks = attribute.Lacks;
        IsParallel = attribute.IsParallel;
        _body = method.CreateDelegate<Action<ConformanceContext>>();
    }

    /// <summary>The promise as a sentence, its words joined by underscores.</summary>
    public string Name { get; }

    /// <summary>What part of the contract it belongs to: <c>Items</c>, <c>Expiry</c>.</summary>
    public string Group { get; }

    /// <summary>The capabilities without which the case does not apply.</summary>
    public KvCapabilities Needs { get; }

    /// <summary>The capabilities with any of which the case does not apply: it checks how a storage refuses what it lacks.</summary>
    public KvCapabilities Lacks { get; }

    /// <summary>Whether the case calls the storage from several threads at once.</summary>
    public bool IsParallel { get; }

    /// <summary>Why the case does not apply to a storage; null if it does.</summary>
    public string? WhyNotApplicable(KvStorage storage)
    {
        KvCapabilities missing = Needs & ~storage.Capabilities;
        if (missing != KvCapabilities.None)
        {
            return $"The storage lacks the capability {missing}.";
        }

        if (IsParallel && DelegatingStorage.IsOfScript(storage))
        {
            return "The storage is a PowerShell class, whose methods run in the one runspace that defined it.";
        }

        KvCapabilities present = Lacks & storage.Capabilities;
        return present != KvCapabilities.None ? $"The storage has the capability {present}." : null;
    }

    /// <summary>
    /// Runs the case in stores of its own and removes them; other stores of the storage are neither read nor changed.
    /// </summary>
    /// <param name="storage">The storage to be examined.</param>
    /// <param name="cancellation">Ends the case early; its stores are removed all the same.</param>
    /// <exception cref="ConformanceException">The storage breaks the promise; the message says what was expected and found.</exception>
    public void Run(KvStorage storage, CancellationToken cancellation)
    {
        var context = new ConformanceContext(CheckedStorage.Wrap(storage), cancellation);
        try
        {
            _body(context);
        }
        catch (KvException e)
        {
            throw new ConformanceException($"An unexpected error: {e.Error}, {e.Message}", e);
        }
        finally
        {
            context.RemoveStores();
        }
    }

    /// <summary>The group and the sentence.</summary>
    public override string ToString() => $"{Group}: {Name.Replace('_', ' ')}";
}

/// <summary>Marks a static method as a conformance case.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConformanceCaseAttribute : Attribute
{
    public KvCapabilities Needs { get; init; }

    public KvCapabilities Lacks { get; init; }

    public bool IsParallel { get; init; }
}
