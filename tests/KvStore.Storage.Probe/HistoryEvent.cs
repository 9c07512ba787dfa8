// What one client did and saw, in a form that passes through a pipe: the stuff of which histories are made.
using System.Globalization;

namespace KvStore.Storage.Probe;

/// <summary>The operations of a history.</summary>
public enum HistoryOperation
{
    /// <summary>Reads an item.</summary>
    Get,

    /// <summary>Sets an item.</summary>
    Set,

    /// <summary>Sets an item if it has a version; 0 if there is none.</summary>
    SetIf,

    /// <summary>Deletes an item.</summary>
    Delete,
}

/// <summary>How an operation ended.</summary>
public enum HistoryOutcome
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>Its condition did not hold.</summary>
    Refused,

    /// <summary>Nobody knows: it may have taken effect, or do so at any time after its start.</summary>
    Unknown,
}

/// <summary>One operation, from its call to its return.</summary>
public sealed record HistoryEvent
{
    /// <summary>The end of what never ended.</summary>
    public const long Never = long.MaxValue;

    /// <summary>When it was called, by the clock that all processes of a machine share.</summary>
    public required long Start { get; init; }

    /// <summary>When it returned; <see cref="Never"/> for an unknown outcome.</summary>
    public required long End { get; init; }

    /// <summary>Who did it.</summary>
    public string Client { get; init; } = "";

    /// <summary>The key.</summary>
    public string Key { get; init; } = "";

    /// <summary>What was done.</summary>
    public required HistoryOperation Operation { get; init; }

    /// <summary>How it ended.</summary>
    public HistoryOutcome Outcome { get; init; }

    /// <summary>The value that was to be set.</summary>
    public string Argument { get; init; } = "";

    /// <summary>The version that a conditional set wanted.</summary>
    public long Expected { get; init; }

    /// <summary>The version that was read, met by a refused condition, or made by a set; 0 for no item.</summary>
    public long Version { get; init; }

    /// <summary>The value that was read, or met by a refused condition.</summary>
    public string Value { get; init; } = "";

    /// <summary>The reverse of <see cref="ToString"/>.</summary>
    public static HistoryEvent Parse(string line)
    {
        string[] parts = line.Split('\t');
        return new HistoryEvent
        {
            Start = ToNumber(parts[0]),
            End = ToNumber(parts[1]),
            Client = parts[2],
            Key = parts[3],
            Operation = Enum.Parse<HistoryOperation>(parts[4]),
            Outcome = Enum.Parse<HistoryOutcome>(parts[5]),
            Argument = parts[6],
            Expected = ToNumber(parts[7]),
            Version = ToNumber(parts[8]),
            Value = parts[9],
        };
    }

    /// <summary>One line, its parts separated by tabs.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Start}\t{End}\t{Client}\t{Key}\t{Operation}\t{Outcome}\t{Argument}\t{Expected}\t{Version}\t{Value}");

    private static long ToNumber(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
