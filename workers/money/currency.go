package money

import "strings"

// Currency is an ISO 4217 alphabetic code in capitals, "CNY".
type Currency string

// currenciesByDigits lists the active ISO 4217 currencies by their number of minor-unit digits. Codes without a
// minor unit (gold, testing, no currency) are left out on purpose: nothing can be priced in them.
var currenciesByDigits = map[int32]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD " +
		"CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS " +
		"GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL " +
		"MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK " +
		"PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS " +
		"TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
}

var currencyDigits = func() map[Currency]int32 {
	table := make(map[Currency]int32)
	for digits, codes := range currenciesByDigits {
		for code := range strings.FieldsSeq(codes) {
			table[Currency(code)] = digits
		}
	}
	return table
}()

// Digits returns the number of decimals of the currency's minor unit: 2 for CNY, 0 for JPY.
// A currency that is not in the table is an error with code unknown_currency.
func (c Currency) Digits() (int32, error) {
	digits, known := currencyDigits[c]
	if !known {
		return 0, refuse(CodeUnknownCurrency, "currency %q is not an active ISO 4217 code: use one such as \"CNY\"", string(c))
	}
	return digits, nil
}
