// Keys and namespaces complete one component at a time, as files do: a store may hold millions of them.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Completes keys, relative to the namespace.</summary>
public sealed class KeyCompleter : KvCompleter
{
    private protected override IEnumerable<Completion> Find(CompletionRequest request)
    {
        KvTarget target = request.GetTarget(request.Get("Namespace") is { } typed ? KvPath.Normalize(typed) : null);

        // What is typed for a pattern is a pattern: its escapes come off for the search and go on again for the line.
        bool isPattern = request.Parameter == "Key" && !request.Command.Equals("Set-KvItem", StringComparison.OrdinalIgnoreCase);
        string word = isPattern ? WildcardPattern.Unescape(request.Word) : request.Word;
        return PathCompletion.Find(target, word, request.Cancellation).Select(node =>
        {
            string key = KvPath.GetRelative(node.Path, target.NamespacePath);
            string text = isPattern ? WildcardPattern.Escape(key) : key;
            return node.Item is { } item
                ? new Completion(text, node.Name, item.Value.Length == 0 ? node.Path : item.Value)
                : new Completion(text + "/", node.Name + "/", node.Path);
        });
    }
}

/// <summary>Completes namespaces.</summary>
public sealed class NamespaceCompleter : KvCompleter
{
    private protected override IEnumerable<Completion> Find(CompletionRequest request) =>
        PathCompletion.Find(request.GetTarget(KvPath.Root), request.Word, request.Cancellation)
            .Where(node => node.IsNamespace)
            .Select(node => new Completion(KvPath.ToAbsolute(node.Path), node.Name, KvPath.ToAbsolute(node.Path)));
}

/// <summary>The children of the namespace that a word has reached.</summary>
internal static class PathCompletion
{
    public static IEnumerable<KvNode> Find(KvTarget target, string word, CancellationToken cancellation)
    {
        string typed = word.TrimStart(KvPath.Separator);
        int nameStart = typed.LastIndexOf(KvPath.Separator) + 1;
        string namespacePath = KvPath.Join(target.NamespacePath, KvPath.Normalize(typed[..nameStart]));
        return KvSearch.GetChildren(target.Storage, target.Store, namespacePath, typed[nameStart..], cancellation);
    }
}
