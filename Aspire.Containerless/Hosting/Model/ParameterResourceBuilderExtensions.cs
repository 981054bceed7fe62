using System.Security.Cryptography;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds values given from outside.</summary>
public static class ParameterResourceBuilderExtensions
{
    private const int GeneratedPasswordLength = 22;
    private const string GeneratedPasswordCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Takes its value from configuration, key <c>Parameters:{name}</c>.</summary>
    /// <exception cref="DistributedApplicationException">When the value is asked for and there is none.</exception>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddResource(new ParameterResource(
            name,
            _ => builder.Configuration[$"Parameters:{name}"]
                ?? throw new DistributedApplicationException($"The parameter '{name}' has no value: set the configuration key Parameters:{name}."),
            secret));
    }

    /// <summary>A server's password: from configuration (<c>Parameters:{server}-password</c>), else the one kept beside its data, else a new one of 131 bits.</summary>
    internal static ParameterResource CreatePassword(this IDistributedApplicationBuilder builder, string serverName)
    {
        var name = $"{serverName}-password";
        return new ParameterResource(name, _ => builder.Configuration[$"Parameters:{name}"] ?? KeptOrNew(), secret: true);

        string KeptOrNew() =>
            builder.Resources.Single(r => r.Name == serverName).TryGetLastAnnotation<DataVolumeAnnotation>(out var volume)
                ? volume.Store.GetOrAddSecret(volume.Name, Generate)
                : Generate();
    }

    private static string Generate() => RandomNumberGenerator.GetString(GeneratedPasswordCharacters, GeneratedPasswordLength);
}
