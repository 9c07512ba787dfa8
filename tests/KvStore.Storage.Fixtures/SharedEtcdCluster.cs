// Starting three servers takes seconds: the classes whose tests leave all members alive share one cluster for the whole run.
namespace KvStore.Storage.Fixtures;

/// <summary>The cluster of a test run, started when first asked for.</summary>
public sealed class SharedEtcdCluster : IDisposable
{
    private static readonly object Gate = new();
    private static EtcdCluster? s_cluster;

    /// <summary>The cluster.</summary>
    public static EtcdCluster Cluster
    {
        get
        {
            lock (Gate)
            {
                return s_cluster ??= new EtcdCluster();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            s_cluster?.Dispose();
            s_cluster = null;
        }
    }
}
