// What etcd tells of changes, a line of JSON for each of its answers.
using System.Text.Json;

namespace KvStore.Storage.Etcd;

/// <summary>A change of one key.</summary>
/// <param name="Entry">The key as it became; without a value if it was deleted.</param>
/// <param name="IsDelete">Whether it was deleted.</param>
/// <param name="Previous">The key as it was; null if it was not there, if it is no longer kept or was not asked for.</param>
internal readonly record struct EtcdEvent(EtcdEntry Entry, bool IsDelete, EtcdEntry? Previous);

/// <summary>An answer to a watch.</summary>
/// <param name="Events">The changes, in the order of etcd's revisions.</param>
/// <param name="IsFragment">Whether more of the same changes follow with the next answer.</param>
/// <param name="CompactRevision">Not 0: the watch is refused, because etcd keeps nothing from before that revision.</param>
/// <param name="Failure">Why etcd ended the watch otherwise.</param>
internal sealed record WatchReply(IReadOnlyList<EtcdEvent> Events, bool IsFragment, long CompactRevision, EtcdFailure? Failure)
{
    /// <summary>Reads a line of <c>/v3/watch</c>.</summary>
    /// <exception cref="JsonException">It is not such a line.</exception>
    public static WatchReply Parse(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        if (!document.RootElement.TryGetProperty("result", out JsonElement result))
        {
            return new WatchReply([], IsFragment: false, CompactRevision: 0, EtcdFailure.From(document.RootElement));
        }

        EtcdEvent[] events = result.TryGetProperty("events", out JsonElement found) ? [.. found.EnumerateArray().Select(ToEvent)] : [];
        long compactRevision = TransactionReply.GetNumber(result, "compact_revision");
        bool isRefused = TransactionReply.GetFlag(result, "canceled") && compactRevision == 0;
        EtcdFailure? failure = isRefused ? EtcdFailure.FromReason(result.TryGetProperty("cancel_reason", out JsonElement reason) ? reason.GetString()! : "") : null;
        return new WatchReply(events, TransactionReply.GetFlag(result, "fragment"), compactRevision, failure);
    }

    private static EtcdEvent ToEvent(JsonElement change) => new(
        TransactionReply.ToEntry(change.GetProperty("kv")),
        change.TryGetProperty("type", out JsonElement type) && type.ValueEquals("DELETE"),
        change.TryGetProperty("prev_kv", out JsonElement previous) ? TransactionReply.ToEntry(previous) : null);
}
