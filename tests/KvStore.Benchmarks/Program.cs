// Speed is shown here and nowhere else: `dotnet run -c Release --project tests/KvStore.Benchmarks -- --filter '*'`.
using BenchmarkDotNet.Running;

BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
