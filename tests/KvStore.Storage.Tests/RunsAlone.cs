// What a test measures of the whole process, its memory above all, is its own only while no other test runs.
using Xunit;

namespace KvStore.Storage.Tests;

/// <summary>The classes that no other runs beside.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class RunsAlone;
