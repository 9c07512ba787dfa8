// Speed is shown here and nowhere else: `dotnet run -c Release --project tests/KvStore.Benchmarks -- --filter '*'`.
// The longest waits of several processes on one file: `… -- stalls [processes [batches]]`.
using BenchmarkDotNet.Running;
using KvStore.Benchmarks;

if (args is ["stalls", ..])
{
    StallMeasurement.Run(args[1..]);
    return;
}

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
