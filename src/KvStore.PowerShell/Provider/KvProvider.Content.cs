// Values as content: Get-Content, Set-Content, Add-Content and Clear-Content, one commit for each.
using System.Management.Automation;
using System.Management.Automation.Provider;

namespace KvStore.PowerShell;

public sealed partial class KvProvider
{
    /// <inheritdoc/>
    public IContentReader? GetContentReader(string path)
    {
        IContentReader? reader = null;
        Run(path, target =>
        {
            string value = Require(target).Value
                ?? throw new KvException(KvError.InvalidPath, $"'{target}' is no item and has no content. Get-ChildItem lists what lies beneath it.", target.ToString());
            reader = new KvContentReader(value, DynamicParameters as ContentReadingParameters ?? new ContentReadingParameters());
        });
        return reader;
    }

    /// <inheritdoc/>
    public object GetContentReaderDynamicParameters(string path) => new ContentReadingParameters();

    /// <inheritdoc/>
    public IContentWriter? GetContentWriter(string path)
    {
        IContentWriter? writer = null;
        Run(path, target =>
        {
            string key = GetKey(target);
            KvPath.CheckStoreName(target.Store);
            var item = new ContentItem(target.Storage, target.Store, key);
            writer = new KvContentWriter(
                item,
                DynamicParameters as ContentWritingParameters ?? new ContentWritingParameters(),
                e => WriteError(KvErrorRecord.From(e)),
                () => IsStopped(target),
                _stopping.Token);
        });
        return writer;
    }

    // A pipeline that is stopped may close its writers before it tells their provider to stop; but whoever writes to a stream
    // hears of it at once.
    private bool IsStopped(Target target)
    {
        try
        {
            WriteVerbose($"Setting the value of '{target}'.");
            return _stopping.IsCancellationRequested;
        }
        catch (PipelineStoppedException)
        {
            return true;
        }
    }

    /// <inheritdoc/>
    public object GetContentWriterDynamicParameters(string path) => new ContentWritingParameters();

    /// <inheritdoc/>
    public void ClearContent(string path)
    {
        // Set-Content clears before it writes. That would be a moment without a value and a second commit: the writer
        // replaces the value by itself. Set-Content is known by the parameters that it hands on.
        if (DynamicParameters is not ContentWritingParameters)
        {
            ClearItem(path);
        }
    }

    /// <inheritdoc/>
    public object? ClearContentDynamicParameters(string path) => null;
}
