// cinderlib creates a plugin with the configuration's other keys as named arguments; so does this, with a clear word for each misfit.
using System.Globalization;
using System.Reflection;

namespace KvStore;

/// <summary>Creates a storage from its class and named options.</summary>
internal static class StorageActivator
{
    private const string BaseFolderParameter = "baseFolder";

    public static Type CheckStorageType(Type type) =>
        type.IsAbstract || !typeof(KvStorage).IsAssignableFrom(type)
            ? throw new KvException(KvError.InvalidPlugin, $"Class '{type.FullName}' is not a storage: it must be derived from KvStore.KvStorage and not be abstract.", type)
            : type;

    public static KvStorage Create(Type type, string name, StorageConfiguration configuration)
    {
        ConstructorInfo[] constructors = CheckStorageType(type).GetConstructors();
        ConstructorInfo? constructor = constructors.FirstOrDefault(candidate => Fits(candidate.GetParameters(), configuration.Options));
        if (constructor is null)
        {
            throw Misfit(name, constructors, configuration.Options);
        }

        object?[] arguments = [.. constructor.GetParameters().Select(parameter => GetArgument(parameter, name, configuration))];
        try
        {
            return (KvStorage)constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
        }
        catch (Exception e) when (e is not KvException)
        {
            throw new KvException(KvError.StorageUnavailable, $"Storage '{name}' cannot be created: {e.Message}", name, e);
        }
    }

    private static bool Fits(ParameterInfo[] parameters, IReadOnlyDictionary<string, object?> options) =>
        options.Keys.All(option => parameters.Any(parameter => IsNamed(parameter, option)))
        && parameters.All(parameter => parameter.HasDefaultValue || parameter.Name == BaseFolderParameter || options.Keys.Any(option => IsNamed(parameter, option)));

    private static bool IsNamed(ParameterInfo parameter, string option) =>
        option.Replace("_", "", StringComparison.Ordinal).Equals(parameter.Name, StringComparison.OrdinalIgnoreCase);

    private static object? GetArgument(ParameterInfo parameter, string name, StorageConfiguration configuration)
    {
        string? option = configuration.Options.Keys.FirstOrDefault(key => IsNamed(parameter, key));
        if (option is null)
        {
            return parameter.Name == BaseFolderParameter ? configuration.BaseFolder : parameter.DefaultValue;
        }

        object? value = configuration.Options[option];
        if (value is null || parameter.ParameterType.IsInstanceOfType(value))
        {
            return value;
        }

        Type target = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        try
        {
            return target.IsEnum ? Enum.Parse(target, value.ToString()!, ignoreCase: true)
                : target == typeof(TimeSpan) ? TimeSpan.FromSeconds(Convert.ToDouble(value, CultureInfo.InvariantCulture))
                : Convert.ChangeType(value, target, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException or ArgumentException)
        {
            // The value is left out, and with it the cause, which repeats it: an option may be a secret.
            throw new KvException(KvError.InvalidConfiguration, $"Option '{option}' of storage '{name}' must be of type {target.Name}.", option);
        }
    }

    private static KvException Misfit(string name, ConstructorInfo[] constructors, IReadOnlyDictionary<string, object?> options)
    {
        ParameterInfo[] known = [.. constructors.SelectMany(constructor => constructor.GetParameters()).Where(parameter => parameter.Name != BaseFolderParameter)];
        string taken = known.Length == 0 ? "it takes none" : "it takes " + string.Join(", ", known.Select(parameter => $"'{parameter.Name}'").Distinct());
        string? unknown = options.Keys.FirstOrDefault(option => !known.Any(parameter => IsNamed(parameter, option)));
        if (unknown is not null)
        {
            return new KvException(KvError.InvalidConfiguration, $"Storage '{name}' has no option '{unknown}'; {taken}.", unknown);
        }

        string? missing = known.FirstOrDefault(parameter => !parameter.HasDefaultValue && !options.Keys.Any(option => IsNamed(parameter, option)))?.Name;
        return new KvException(KvError.InvalidConfiguration, $"Storage '{name}' needs the option '{missing ?? "connection"}'; {taken}.", missing);
    }
}
