// A LINSTOR controller as far as its key/value store goes: what it answers, by which numbers, and when. No controller can be
// installed where the tests run, so this follows what was read from and measured on one (REST API 1.28).
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvStore.LinstorTestServer;

/// <summary>What a client must show.</summary>
public enum Authentication
{
    /// <summary>Nothing, the default.</summary>
    None,

    /// <summary>A bearer token.</summary>
    Bearer,

    /// <summary>A user and a password.</summary>
    Basic,
}

/// <summary>A controller on 127.0.0.1, with its instances in memory.</summary>
public sealed class Controller : IDisposable
{
    /// <summary>The token of <see cref="Authentication.Bearer"/>.</summary>
    public const string Token = "s3cret.token/+=";

    /// <summary>The user of <see cref="Authentication.Basic"/>.</summary>
    public const string User = "me";

    /// <summary>The user's password.</summary>
    public const string Password = "s3cret:/ü@";

    /// <summary>A token, or a password, of somebody who may do nothing.</summary>
    public const string PowerlessSecret = "powerless";

    private const string Path = "/v1/key-value-store";

    private readonly Authentication _authentication;
    private readonly Instances _instances = new();
    private readonly HttpServer _server;

    /// <summary>Begins to serve.</summary>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="authentication">What a client must show.</param>
    /// <param name="certificate">The certificate for TLS; null for plain HTTP.</param>
    public Controller(int port = 0, Authentication authentication = Authentication.None, X509Certificate2? certificate = null)
    {
        _authentication = authentication;
        _server = new HttpServer(Answer, port, certificate);
    }

    /// <summary>The port.</summary>
    public int Port => _server.Port;

    /// <summary>Answers instead of the controller if not null: a proxy before it, or a fault in it.</summary>
    public Func<HttpRequest, HttpResponse?>? Interception { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _server.Dispose();

    private static HttpResponse Result(int status, long code, string message) =>
        new(status, JsonSerializer.Serialize(new[]
        {
            new { ret_code = code, message, created_at = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture) },
        }));

    private static HttpResponse Found(IEnumerable<Instance> instances) =>
        new(200, new JsonArray([.. instances.Select(instance => new JsonObject
        {
            ["name"] = instance.Name,
            ["props"] = new JsonObject(instance.Properties.Select(property => new KeyValuePair<string, JsonNode?>(property.Key, property.Value))),
        })]).ToJsonString());

    private HttpResponse Answer(HttpRequest request)
    {
        if (Interception?.Invoke(request) is { } intercepted)
        {
            return intercepted;
        }

        if (request is { Method: "GET", Path: "/v1/controller/version" })
        {
            return new HttpResponse(200, """{"version":"1.33.0","git_hash":"0000000000","build_time":"2026-01-01T00:00:00+00:00","rest_api_version":"1.28.0"}""");
        }

        if (Refuse(request) is { } refusal)
        {
            return refusal;
        }

        try
        {
            return (request.Method, request.Path) switch
            {
                ("GET", Path) => Found(_instances.GetAll()),
                ("GET", _) when GetName(request) is { } name => _instances.Get(name) is { } instance
                    ? Found([instance])
                    : Result(404, -4611686018427387588, $"Could not find key value store instance '{name}'."),
                ("PUT", _) when GetName(request) is { } name => Modify(name, request.Body),
                ("DELETE", _) when GetName(request) is { } name => _instances.Delete(name)
                    ? Result(200, 2, $"Kvs '{name}' deleted.")
                    : Result(200, -9223372036854772808, $"Deletion of kvs '{name}' had no effect."),
                _ => new HttpResponse(404, "<html><body>Not Found</body></html>", "text/html"),
            };
        }
        catch (RefusedException e)
        {
            return Result(500, e.Code, e.Message);
        }
    }

    private static string? GetName(HttpRequest request) =>
        request.Path.StartsWith(Path + "/", StringComparison.Ordinal) ? request.Path[(Path.Length + 1)..] : null;

    private HttpResponse Modify(string name, string body)
    {
        var sets = new List<KeyValuePair<string, string>>();
        List<string> deletes;
        List<string> namespaces;
        try
        {
            // python-linstor sends no Content-Type: whatever comes is taken for JSON. A part may be absent, never null.
            JsonObject parts = JsonNode.Parse(body)!.AsObject();
            foreach ((string key, JsonNode? value) in parts.TryGetPropertyValue("override_props", out JsonNode? set) ? set!.AsObject() : [])
            {
                sets.Add(new(key, value!.GetValue<string>()));
            }

            deletes = [.. (parts.TryGetPropertyValue("delete_props", out JsonNode? keys) ? keys!.AsArray() : []).Select(key => key!.GetValue<string>())];
            namespaces = [.. (parts.TryGetPropertyValue("delete_namespaces", out JsonNode? paths) ? paths!.AsArray() : []).Select(path => path!.GetValue<string>())];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            return Result(400, -3458764513820540931, "Unable to parse input json.");
        }

        _instances.Modify(name, sets, deletes, namespaces);
        return Result(200, 34603011, "Successfully updated properties");
    }

    private HttpResponse? Refuse(HttpRequest request)
    {
        string? shown = request.Headers.GetValueOrDefault("Authorization");
        if (_authentication == Authentication.None || shown == Expected(_authentication == Authentication.Bearer ? Token : Password))
        {
            return null;
        }

        return shown == Expected(PowerlessSecret)
            ? Result(403, -4611686018427387486, "Access denied.")
            : Result(401, -4611686018427387492, "Unauthorized: token invalid or not provided");
    }

    private string Expected(string secret) => _authentication == Authentication.Bearer
        ? "Bearer " + secret
        : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{secret}"));
}
