// What a user might pick instead of KvStore does the same work on the same data.
namespace KvStore.Benchmarks;

/// <summary>One way to keep items. Each call tells the seconds that the work itself took.</summary>
internal interface IContender : IDisposable
{
    /// <summary>Gets keys of the shuffled order, one after the other.</summary>
    double Get(int first, int count);

    /// <summary>Puts keys of the shuffled order, each one durable by itself.</summary>
    double Put(int first, int count, int turn);

    /// <summary>Puts the keys of the shuffled order in one transaction, those that are there already with new values.</summary>
    double Load(int first, int count, int turn);

    /// <summary>Reads all keys with their values, in order.</summary>
    double Scan();

    /// <summary>Forgets all items.</summary>
    void Clear();
}
