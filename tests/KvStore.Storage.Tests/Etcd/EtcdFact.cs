// Where etcd is not installed, its tests are shown as skipped, with the reason.
using System.Runtime.CompilerServices;
using Xunit;

namespace KvStore.Storage.Tests.Etcd;

/// <summary>A test that needs etcd.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EtcdFactAttribute : FactAttribute
{
    public EtcdFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Skip = EtcdCluster.WhySkipped;
}
