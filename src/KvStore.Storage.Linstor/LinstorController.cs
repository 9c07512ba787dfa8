// The only place that talks to a controller: its REST API for key/value stores.
using System.Text;
using System.Text.Json;
using KvStore.Http;

namespace KvStore.Storage.Linstor;

/// <summary>A store as the controller gives it.</summary>
/// <param name="Name">Its name as first spelled.</param>
/// <param name="Properties">The values by full key.</param>
internal sealed record Instance(string Name, IReadOnlyDictionary<string, string> Properties);

/// <summary>Requests to whichever of the controllers serves. Safe for all threads.</summary>
/// <param name="description">The storage, as errors name it.</param>
/// <param name="endpoints">The controllers, in the order in which they are tried.</param>
/// <param name="options">How they are met.</param>
internal sealed class LinstorController(string description, IReadOnlyList<Uri> endpoints, HttpOptions options) : IDisposable
{
    private const string Path = "/v1/key-value-store";

    private readonly HttpEndpoints _endpoints = new(description, endpoints, options.RequestTime, options.Tls);
    private readonly KvRetry _retry = options.Retry;
    private readonly string? _authorization =
        options.Token is not null ? $"Bearer {options.Token}"
        : options.User is not null ? $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.User}:{options.Password}"))}"
        : null;

    /// <summary>All stores.</summary>
    public IReadOnlyList<Instance> GetAll(CancellationToken cancellation) => Read(Path, store: null, cancellation) ?? [];

    /// <summary>A store; null if there is none.</summary>
    public Instance? Get(string store, CancellationToken cancellation) => Read($"{Path}/{store}", store, cancellation)?.SingleOrDefault();

    /// <summary>
    /// Changes a store. While no controller can have got the request it is repeated; a request whose answer was lost is not,
    /// since another writer may have come behind it: the store is asked instead whether it is as the request leaves it.
    /// </summary>
    public void Modify(string store, Modification modification, CancellationToken cancellation) =>
        Write(HttpMethod.Put, store, modification.ToJson(), properties => modification.IsDoneIn(properties), cancellation);

    /// <summary>Removes a store; a missing one is no error.</summary>
    public void Delete(string store, CancellationToken cancellation) =>
        Write(HttpMethod.Delete, store, body: null, properties => properties.Count == 0, cancellation);

    /// <inheritdoc/>
    public void Dispose() => _endpoints.Dispose();

    private void Write(HttpMethod method, string store, ReadOnlyMemory<byte>? body, Func<IReadOnlyDictionary<string, string>, bool> isDone, CancellationToken cancellation)
    {
        try
        {
            _retry.Run(() => Send(method, $"{Path}/{store}", body, HttpEffect.Write, store, cancellation), cancellation);
        }
        catch (KvException e) when (e.MayBeApplied)
        {
            if (!TryLook(store, isDone, cancellation))
            {
                throw new KvException(
                    e.Error,
                    $"{e.Message} Whether the last write to store '{store}' was applied is not known, and it may still be: read what it wrote before you repeat it.",
                    store,
                    e) { MayBeApplied = true };
            }
        }
    }

    // What cannot be looked at either leaves the outcome unknown: that error is the more important one.
    private bool TryLook(string store, Func<IReadOnlyDictionary<string, string>, bool> isDone, CancellationToken cancellation)
    {
        try
        {
            return isDone(Get(store, cancellation)?.Properties ?? new Dictionary<string, string>());
        }
        catch (KvException)
        {
            return false;
        }
    }

    private IReadOnlyList<Instance>? Read(string path, string? store, CancellationToken cancellation)
    {
        HttpReply? reply = _retry.Run(() => Send(HttpMethod.Get, path, body: null, HttpEffect.Read, store, cancellation), cancellation);
        return reply is null ? null : Parse(reply);
    }

    // Null if there is no such store.
    private HttpReply? Send(HttpMethod method, string path, ReadOnlyMemory<byte>? body, HttpEffect effect, string? store, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        HttpReply reply = _endpoints.Send(method, path, body, _authorization, effect, cancellation);

        // What was read is not searched for a refusal: it may be large, and a refusal to read is no success.
        switch (effect == HttpEffect.Read && reply.IsSuccess ? null : LinstorFailure.From(reply))
        {
            case null:
                return reply;
            case { IsNotFound: true }:
                return null;
            case { } failure:
                if (failure.IsPassing)
                {
                    _endpoints.PassOver(reply.Endpoint);
                }

                throw failure.ToException(description, reply.Endpoint, effect, store);
        }
    }

    private IReadOnlyList<Instance> Parse(HttpReply reply)
    {
        try
        {
            using var document = JsonDocument.Parse(reply.Body);
            return [.. document.RootElement.EnumerateArray().Select(instance => new Instance(instance.GetProperty("name").GetString()!, GetProperties(instance)))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new KvException(
                KvError.StorageUnavailable,
                $"Storage '{description}': the reply of {reply.Endpoint.Authority} is not one of a LINSTOR controller. Check that the connection names one.",
                description,
                e);
        }
    }

    private static Dictionary<string, string> GetProperties(JsonElement instance) =>
        instance.TryGetProperty("props", out JsonElement properties)
            ? properties.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.GetString()!, StringComparer.Ordinal)
            : [];
}
