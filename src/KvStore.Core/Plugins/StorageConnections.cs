// Connections belong to the process, not to a runspace: ForEach-Object -Parallel and drives of several runspaces share them by name.
using System.Collections.Concurrent;

namespace KvStore;

/// <summary>A storage that was connected under a name.</summary>
/// <param name="name">The name.</param>
/// <param name="plugin">The plugin's name, or the class of the storage.</param>
/// <param name="storage">The storage, with all checks before it.</param>
public sealed class StorageConnection(string name, string plugin, KvStorage storage)
{
    /// <summary>The name, without regard to case.</summary>
    public string Name { get; } = name;

    /// <summary>The plugin's name, or the class of the storage.</summary>
    public string Plugin { get; } = plugin;

    /// <summary>What and where it is; never a password or token.</summary>
    public string Description => Storage.Description;

    /// <summary>What it can do.</summary>
    public KvCapabilities Capabilities => Storage.Capabilities;

    /// <summary>Whether every change is refused.</summary>
    public bool IsReadOnly => Storage is ReadOnlyStorage;

    /// <summary>The largest key and value of any of its stores.</summary>
    public KvLimits Limits => Storage.Limits;

    /// <summary>The storage, with all checks before it.</summary>
    public KvStorage Storage { get; } = storage;

    /// <summary>The name, so that the object can stand where a name is asked for.</summary>
    public override string ToString() => Name;
}

/// <summary>The connected storages of a process, by name. Two connections to the same place share one storage object. Safe for all threads.</summary>
/// <param name="registry">Creates the storages.</param>
public sealed class StorageConnections(StorageRegistry registry)
{
    private readonly ConcurrentDictionary<string, StorageConnection> _connections = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<object, SharedStorage> _shared = [];
    private readonly object _gate = new();
    private readonly object _connecting = new();

    /// <summary>The connections of this process.</summary>
    public static StorageConnections Shared { get; } = new(StorageRegistry.Shared);

    /// <summary>All connections, by name.</summary>
    public IReadOnlyList<StorageConnection> GetAll() => [.. _connections.Values.OrderBy(connection => connection.Name, StringComparer.OrdinalIgnoreCase)];

    /// <summary>The connection of a name, or null.</summary>
    public StorageConnection? Find(string name) => _connections.GetValueOrDefault(name);

    /// <summary>Connects a storage under a name; one connected under it before is disconnected once the new one is open.</summary>
    /// <param name="name">The name, without regard to case.</param>
    /// <param name="configuration">Which storage, and its options.</param>
    /// <exception cref="KvException">As <see cref="StorageRegistry.Create(StorageConfiguration)"/>.</exception>
    public StorageConnection Connect(string name, StorageConfiguration configuration)
    {
        KvStorage storage = Open(configuration);
        var connection = new StorageConnection(name, registry.GetPluginName(configuration), storage);
        StorageConnection? replaced = null;
        lock (_gate)
        {
            _connections.TryGetValue(name, out replaced);
            _connections[name] = connection;
        }

        replaced?.Storage.Dispose();
        return connection;
    }

    /// <summary>The connection of a name, made now if there is none: of several threads that ask at once, one connects and all get the same.</summary>
    /// <param name="name">The name, without regard to case.</param>
    /// <param name="getConfiguration">Which storage to connect, and its options.</param>
    /// <exception cref="KvException">As <see cref="StorageRegistry.Create(StorageConfiguration)"/>.</exception>
    public StorageConnection FindOrConnect(string name, Func<StorageConfiguration> getConfiguration)
    {
        lock (_connecting)
        {
            return Find(name) ?? Connect(name, getConfiguration());
        }
    }

    /// <summary>Disconnects; the storage is closed when nobody else shares it.</summary>
    /// <returns>Whether there was such a connection.</returns>
    public bool Disconnect(string name)
    {
        bool found = _connections.TryRemove(name, out StorageConnection? connection);
        connection?.Storage.Dispose();
        return found;
    }

    /// <summary>Disconnects everything.</summary>
    public void DisconnectAll()
    {
        foreach (StorageConnection connection in GetAll())
        {
            Disconnect(connection.Name);
        }
    }

    /// <summary>Closes every shared storage, whoever uses it: for the end of the process, where a file is left tidy and nobody calls again.</summary>
    public void CloseAll()
    {
        SharedStorage[] open;
        lock (_gate)
        {
            open = [.. _shared.Values];
            _shared.Clear();
        }

        Array.ForEach(open, shared => shared.Storage.Dispose());
    }

    /// <summary>Opens a storage without naming it, sharing the object of whoever has the same place open.</summary>
    /// <returns>The storage; disposing it closes the place when its last user has done so. A storage instance that the caller brought stays open.</returns>
    /// <exception cref="KvException">As <see cref="StorageRegistry.Create(StorageConfiguration)"/>.</exception>
    public KvStorage Open(StorageConfiguration configuration) =>
        configuration.IsReadOnly ? new ReadOnlyStorage(OpenShared(configuration)) : OpenShared(configuration);

    private KvStorage OpenShared(StorageConfiguration configuration)
    {
        KvStorage storage = registry.Create(configuration);
        if (configuration.Storage is KvStorage)
        {
            return Lend(storage);
        }

        if (storage.SharingKey is not { } sharingKey)
        {
            return storage;
        }

        lock (_gate)
        {
            if (!_shared.TryGetValue(sharingKey, out SharedStorage? shared))
            {
                shared = new SharedStorage(storage);
                _shared.Add(sharingKey, shared);
            }
            else
            {
                storage.Dispose();
            }

            shared.Users++;
            return new StorageLease(shared.Storage, () => Release(sharingKey, shared));
        }
    }

    /// <summary>A storage that somebody else closes: disposing what is returned leaves it open.</summary>
    public static KvStorage Lend(KvStorage storage) => new StorageLease(storage, release: () => { });

    private void Release(object sharingKey, SharedStorage shared)
    {
        lock (_gate)
        {
            if (--shared.Users > 0)
            {
                return;
            }

            _shared.Remove(sharingKey);
        }

        shared.Storage.Dispose();
    }

    private sealed class SharedStorage(KvStorage storage)
    {
        public KvStorage Storage { get; } = storage;

        public int Users { get; set; }
    }
}
