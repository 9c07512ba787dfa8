// Speed is shown here and nowhere else; docs/performance.md tells how each table is made.
using BenchmarkDotNet.Running;
using KvStore.Benchmarks;

switch (args.FirstOrDefault())
{
    case "compare":
        new StorageComparison(args[1..]).Run();
        break;
    case "scale":
        ScaleMeasurement.Run(args[1..]);
        break;

    // The longest waits of several processes on one file: stalls [processes [batches]].
    case "stalls":
        StallMeasurement.Run(args[1..]);
        break;
    case "first-get":
        FirstGet.Run(args[1], args[2]);
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(FirstGet).Assembly).Run(args);
        break;
}
