namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value given from outside: configuration key <c>Parameters:{name}</c>.</summary>
/// <param name="callback">Called when the value is asked for, until it once gives one. Its argument is always null here.</param>
/// <param name="secret">The dashboard masks it.</param>
public class ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
    : Resource(name), IManifestExpressionProvider, IValueProvider
{
    private readonly Lock _gate = new();
    private string? _value;

    public bool Secret => secret;

    public string ValueExpression => $"{{{Name}.value}}";

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return new(_value ??= callback(null));
    }
}

/// <summary>How a parameter's value is made up where nobody gives one. Containerless has no public kinds of it.</summary>
public abstract class ParameterDefault
{
    public abstract string GetDefaultValue();
}
