// What the run shares and closes at its end, each started when first asked for.
using Xunit;

[assembly: AssemblyFixture(typeof(SharedEtcdCluster))]
[assembly: AssemblyFixture(typeof(SharedServers))]
