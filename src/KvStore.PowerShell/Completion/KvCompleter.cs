// Tab must answer at once or not at all: what a completer finds is bounded in number and time, and no error reaches the prompt.
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace KvStore.PowerShell;

/// <summary>The base of the argument completers.</summary>
public abstract class KvCompleter : IArgumentCompleter
{
    private const int MaximumCount = 200;

    // Ctrl+C does not reach a completer (a storage may be on a network).
    private static readonly TimeSpan MaximumTime = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        using var timeout = new CancellationTokenSource(MaximumTime);
        var request = new CompletionRequest(GetSessionState(), commandName, parameterName, Unquote(wordToComplete), fakeBoundParameters, timeout.Token);
        try
        {
            return [.. Find(request).Take(MaximumCount).Select(Quote)];
        }
        catch (Exception e) when (e is KvException or OperationCanceledException)
        {
            // No store is chosen yet, or the storage is out of reach: there is nothing to offer, and the command itself will say why.
            return [];
        }
    }

    /// <summary>What fits the word so far, in the order to be shown.</summary>
    private protected abstract IEnumerable<Completion> Find(CompletionRequest request);

    private static SessionState GetSessionState()
    {
        using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        return ((EngineIntrinsics)shell.AddScript("$ExecutionContext").Invoke()[0].BaseObject).SessionState;
    }

    private static string Unquote(string word) =>
        word.Length > 0 && word[0] is '\'' or '"' ? word.Trim(word[0]).Replace("''", "'", StringComparison.Ordinal) : word;

    private static CompletionResult Quote(Completion found)
    {
        bool isPlain = found.Text.Length > 0 && found.Text[0] is not ('-' or '@' or '#') && found.Text.All(c => char.IsLetterOrDigit(c) || c is '/' or '_' or '-' or '.' or ':' or '*');
        string text = isPlain ? found.Text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(found.Text)}'";
        return new CompletionResult(text, found.Shown, CompletionResultType.ParameterValue, found.ToolTip);
    }

    /// <summary>What is asked for.</summary>
    /// <param name="State">The session state of the prompt.</param>
    /// <param name="Command">The command.</param>
    /// <param name="Parameter">The parameter.</param>
    /// <param name="Word">What was typed so far, without quotes.</param>
    /// <param name="Bound">The other parameters, as far as they are known.</param>
    /// <param name="Cancellation">Cancelled when time is up.</param>
    private protected sealed record CompletionRequest(SessionState State, string Command, string Parameter, string Word, IDictionary Bound, CancellationToken Cancellation)
    {
        /// <summary>The text of another parameter; null if it has none yet.</summary>
        public string? Get(string parameter) => ItemText.Unwrap(Bound[parameter]) as string is { Length: > 0 } text ? text : null;

        /// <summary>The storage that the command would work on.</summary>
        public KvStorage GetStorage() => KvSession.GetStorage(State, KvSession.Current.GetStorageName(State, Get("Storage")));

        /// <summary>Where the command would work.</summary>
        public KvTarget GetTarget(string? namespacePath) => KvSession.Current.Resolve(State, Get("Storage"), Get("Store") ?? Get("Name"), namespacePath);
    }

    /// <summary>One proposal.</summary>
    /// <param name="Text">What is put into the line, before quoting.</param>
    /// <param name="Shown">What a list shows.</param>
    /// <param name="ToolTip">What explains it.</param>
    private protected sealed record Completion(string Text, string Shown, string ToolTip);
}
